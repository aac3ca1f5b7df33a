//! A receiver of notifications on loopback, which answers as a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use sha2::{Digest, Sha256};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A receiver that listens until the tests end.
pub(crate) struct Receiver {
    pub(crate) url: String,
    came: mpsc::Receiver<Came>,
}

/// An answer with this status and nothing in it.
pub(crate) fn status(status: u16) -> String {
    format!("HTTP/1.1 {status} Such\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

impl Receiver {
    /// Begins; `answer` gets the number of the request, from 1, and may take its time.
    pub(crate) fn open(mut answer: impl FnMut(usize) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, came) = mpsc::channel();
        std::thread::spawn(move || {
            for (number, stream) in (1..).zip(listener.incoming()) {
                let mut stream = stream.unwrap();
                let request = read(&stream);
                // The test may be over.
                let _ = tell.send(request);
                let _ = stream.write_all(answer(number).as_bytes());
            }
        });
        Self { url, came }
    }

    /// Waits for the next request.
    pub(crate) fn next(&self) -> Came {
        self.came.recv().unwrap()
    }

    /// Returns what came and was not looked at yet.
    pub(crate) fn rest(&self) -> Vec<Came> {
        self.came.try_iter().collect()
    }
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        &found.unwrap_or_else(|| panic!("no `{name}` in {self:?}")).1
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Says whether a signature by this key is among those it has.
    pub(crate) fn is_signed_by(&self, key: &[u8]) -> bool {
        let content =
            format!("{}.{}.{}", self.header("webhook-id"), self.header("webhook-timestamp"), self.body);
        let expected = format!("v1,{}", base64(&hmac(key, content.as_bytes())));
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

fn read(stream: &TcpStream) -> Came {
    let mut lines = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let path = head[0].split(' ').nth(1).unwrap().to_owned();
    let header =
        |line: &String| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = head.iter().filter_map(header).collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap());
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    Came { path, headers, body: String::from_utf8(body).unwrap() }
}

/// RFC 2104, by its definition.
fn hmac(key: &[u8], content: &[u8]) -> Vec<u8> {
    assert!(key.len() <= 64);
    let mut padded = [0; 64];
    padded[..key.len()].copy_from_slice(key);
    let inner = padded.map(|byte| byte ^ 0x36);
    let outer = padded.map(|byte| byte ^ 0x5c);
    let inner = Sha256::new().chain_update(inner).chain_update(content).finalize();
    Sha256::new().chain_update(outer).chain_update(inner).finalize().to_vec()
}

/// RFC 4648, by its definition.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of_three = |three: &[u8]| {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        let letter = |at: usize| char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]);
        (0..4).map(|at| if at > three.len() { '=' } else { letter(at) }).collect::<String>()
    };
    bytes.chunks(3).map(of_three).collect()
}

#[test]
fn the_judge_of_signatures_knows_the_published_values() {
    // RFC 4231, test case 2; RFC 4648, section 10.
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let found: String =
        hmac(b"Jefe", b"what do ya want for nothing?").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, expected);
    assert_eq!(
        ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
        ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
    );
}
