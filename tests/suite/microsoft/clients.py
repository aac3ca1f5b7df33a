"""Two clients that are not ours, against the sandbox over TLS.

`msal` is Microsoft's own sign-in library: it finds the token endpoint by OpenID discovery and gets a token with a secret
and with a certificate. `partnercenterservices` is what Microsoft generated from Partner Center's own description: with that
token it buys an order, lists orders and reads one. What they cannot read, the sandbox says wrongly.

    python3 tests/suite/microsoft/clients.py PROGRAM DIRECTORY

PROGRAM is `orderform`; a virtual environment is made in DIRECTORY, once. Exit code 77: it could not be made, and stderr says
why; 1: a client was not content.
"""

import datetime
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import uuid
import venv

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
CANNOT = 77

TENANT = "7a9c1f0e-5d38-4c1b-9a57-2f6f3a0c8d11"
CLIENT = "0f3f5d0a-6a3b-4f0e-8a55-6a1f1f6f9c21"
CUSTOMER = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04"
AUDIENCE = "https://api.partnercenter.microsoft.com"
LEGACY = "84A03D81-6B37-4D66-8D4A-FAEA24541538"
MODERN = "CFQ7TTC0LH18:0001:CFQ7TTC0K971"


def main():
    program, directory = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    python = environment(directory)
    if pathlib.Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), __file__, str(program), str(directory)])
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        certificate, key = make_certificate(place)
        # What the machine trusts and by way of whom it reaches others is not what is tried here.
        os.environ |= {"REQUESTS_CA_BUNDLE": str(certificate), "CURL_CA_BUNDLE": "", "NO_PROXY": "*"}
        sandbox = subprocess.Popen(
            [program, "sandbox", "--listen", "127.0.0.1:0", "--tls-certificate", certificate, "--tls-key", key],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            address = sandbox.stdout.readline().removeprefix("sandbox: https://").strip()
            port = int(address.rsplit(":", 1)[1])
            token = sign_in(f"https://localhost:{port}", certificate, key)
            order_by_order(f"https://localhost:{port}", certificate, token)
        finally:
            sandbox.terminate()
            sandbox.wait()


def environment(directory):
    """Makes the virtual environment where there is none, and returns its Python."""
    directory.mkdir(parents=True, exist_ok=True)
    python = directory / "venv" / "bin" / "python"
    complete = directory / "complete"
    wanted = REQUIREMENTS.read_text()
    # Whoever comes second finds it made.
    with open(directory / "lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if complete.exists() and complete.read_text() == wanted and python.exists():
            return python
        venv.create(directory / "venv", clear=True, symlinks=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--python", python]
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
        installed = subprocess.run(
            [*pip, "install", *options, "--requirement", REQUIREMENTS],
            env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
            stderr=subprocess.PIPE,
            text=True,
        )
        if installed.returncode:
            # No network is nobody's fault; other bytes than the pinned ones are.
            other_bytes = "DO NOT MATCH THE HASHES" in installed.stderr
            print(f"`pip install` failed:\n{installed.stderr}", file=sys.stderr)
            sys.exit(1 if other_bytes else CANNOT)
        complete.write_text(wanted)
    return python


def make_certificate(place):
    """Makes a certificate for `localhost` that is its own authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (place / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (place / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    return place / "certificate.pem", place / "key.pem"


def sign_in(server, certificate, key):
    """Gets a token with a secret and one with a certificate, as msal does; returns the latter."""
    import msal

    private = {"private_key": key.read_text(), "public_certificate": certificate.read_text()}
    for credential in ["a secret of the sandbox", private]:
        application = msal.ConfidentialClientApplication(
            CLIENT,
            client_credential=credential,
            authority=f"{server}/{TENANT}",
            instance_discovery=False,
            verify=str(certificate),
        )
        answer = application.acquire_token_for_client(scopes=[f"{AUDIENCE}/.default"])
        expect("access_token" in answer, f"msal was given no token: {answer.get('error_description')}")
        expect(answer["token_type"] == "Bearer" and answer["expires_in"] > 3000, "msal read another token")
        again = application.acquire_token_for_client(scopes=[f"{AUDIENCE}/.default"])
        expect(again["access_token"] == answer["access_token"], "msal did not keep the token")
    refused = msal.ConfidentialClientApplication(
        CLIENT,
        client_credential="wrong",
        authority=f"{server}/{TENANT}",
        instance_discovery=False,
        verify=str(certificate),
    ).acquire_token_for_client(scopes=[f"{AUDIENCE}/.default"])
    expect(refused["error"] == "invalid_client", f"a wrong secret gave {refused['error']}")
    expect("AADSTS7000215" in refused["error_description"], refused["error_description"])
    print("msal: a token by secret, one by certificate, a wrong secret refused")
    return answer["access_token"]


def order_by_order(server, certificate, token):
    """Buys one order of each generation, lists both and reads each by its id."""
    from microsoft.store.partnercenterservices import MicrosoftPartnerStoreApis
    from microsoft.store.partnercenterservices import models
    from msrest.authentication import BasicTokenAuthentication

    client = MicrosoftPartnerStoreApis(BasicTokenAuthentication({"access_token": token}), server)
    client.config.connection.verify = str(certificate)
    Order = models.MicrosoftPartnerSdkContractsV1Order
    Line = models.MicrosoftPartnerSdkContractsV1OrderLineItem
    bought = {}
    for offer in [LEGACY, MODERN]:
        line = Line(line_item_number=0, offer_id=offer, quantity=5, friendly_name="bought by another client")
        order = Order(reference_customer_id=CUSTOMER, billing_cycle="monthly", line_items=[line])
        request = str(uuid.uuid4())
        place = client.postvversioncustomerscustomer.idorders
        answer = place(CUSTOMER, order, "1", ms_request_id=request, ms_correlation_id=str(uuid.uuid4()))
        expect(answer is not None and answer.id, f"the order of {offer} was not created")
        repeated = place(CUSTOMER, order, "1", ms_request_id=request, ms_correlation_id=str(uuid.uuid4()))
        expect(repeated.id == answer.id, "a repeated MS-RequestId bought again")
        bought[answer.id] = offer
    listed = client.getvversioncustomerscustomer.value7(CUSTOMER, "1")
    expect(listed.total_count == len(bought), f"{listed.total_count} orders are listed, not {len(bought)}")
    expect({order.id for order in listed.items} == set(bought), "other orders are listed than were bought")
    for id, offer in bought.items():
        order = client.getvversioncustomerscustomer.id5(CUSTOMER, id, "1")
        line = order.line_items[0]
        shown = (order.id, order.reference_customer_id, line.offer_id, line.quantity, line.friendly_name)
        expect(shown == (id, CUSTOMER, offer, 5, "bought by another client"), f"read {shown}")
        expect(order.creation_date is not None and line.subscription_id, f"{id} has no date or no subscription")
    nothing = client.getvversioncustomerscustomer.id5(CUSTOMER, str(uuid.uuid4()), "1", raw=True)
    expect(nothing.response.status_code == 404, "an order that nobody bought was read")
    expect(json.loads(nothing.response.content.decode("utf-8-sig"))["code"] == 20000, "not the documented code")
    print(f"partnercenterservices: {len(bought)} orders bought once, listed, and read")


def expect(holds, otherwise):
    if not holds:
        sys.exit(f"not as it should be: {otherwise}")


main()
