//! Pairs of texts: how a manifest was written, and how the formatter writes it.

use super::formatted::{becomes, stays};

#[test]
fn keys_come_in_the_order_of_the_readme_and_unknown_ones_after_them_as_they_were_written() {
    becomes(
        "spec:
    lineItems:
        -   quantity: 5
            renewsTo: { x: 1, termDuration: P1M }
            offerId: X
    why: not
    also: this
    customer: contoso
status: {}
metadata: { labels: { b: 1, a: 2 }, name: x }
kind: Order
apiVersion: orderform/v1
",
        "apiVersion: orderform/v1
kind: Order
metadata: { name: x, labels: { b: 1, a: 2 } }
spec:
  customer: contoso
  lineItems:
    - offerId: X
      quantity: 5
      renewsTo: { termDuration: P1M, x: 1 }
  why: not
  also: this
status: {}
",
    );
}

#[test]
fn settings_and_customers_have_an_order_of_their_own() {
    becomes(
        "kind: Project\nspec:\n  limits: { seatsPerRun: 1, ordersPerRun: 2 }\n  recovery: { marker: none, mode: verify }\n",
        "kind: Project\nspec:\n  recovery: { mode: verify, marker: none }\n  limits: { ordersPerRun: 2, seatsPerRun: 1 }\n",
    );
    becomes(
        "spec: { customerId: x }\nkind: Customer\nmetadata: { name: y }\n",
        "kind: Customer\nmetadata: { name: y }\nspec: { customerId: x }\n",
    );
}

#[test]
fn a_collection_on_one_line_stays_there_with_the_usual_blanks() {
    becomes(
        "a: {b: c,d: [ 1,2 , {e: f} ], g: , \"h\":i}\nj: { }\nk: [ ]\nl: [ m: n ]\n",
        "a: { b: c, d: [1, 2, { e: f }], g:, \"h\": i }\nj: {}\nk: []\nl: [{ m: n }]\n",
    );
}

#[test]
fn scalars_stay_as_they_are_written() {
    stays("a: 010\nb: '010'\nc: \"010\"\nd: 1.50\ne: ~\nf: no\ng:\n'h': \"\\u00e9\"\ni: it's\n\"\": x\n");
}

#[test]
fn blank_lines_are_kept_one_at_a_time_and_none_at_the_edges() {
    becomes(
        "\n\n# head\n\n\na:\n\n  b: 1\n\n\n  c: 2\n\n\nd: 3\n\n\n---\n\n\ne: 4\n\n\n",
        "# head\n\na:\n  b: 1\n\n  c: 2\n\nd: 3\n---\ne: 4\n",
    );
    becomes("\n\n", "");
    becomes("a: b", "a: b\n");
    becomes("\u{feff}a:   b\t# c  \r\nc: d\r\n", "a: b # c\nc: d\n");
}

#[test]
fn anchors_stay_with_their_values() {
    stays(
        "metadata:
  labels: &labels # anchored
    # first
    region: emea
spec:
  copy: *labels # repeated
  lineItems:
    - &line
      offerId: X
    - *line
    - &empty
  &key name: x
  *key : y
",
    );
}

#[test]
fn no_alias_comes_before_its_anchor() {
    // `spec` would come after `metadata`, and with it the anchor after the alias.
    stays("spec: { customer: &name contoso }\nmetadata: { name: *name }\n");
    stays("kind: Order\nspec:\n  lineItems: &x [1]\n  customer: *x\n  other: &x 2\n");
    becomes(
        "metadata: { labels: { a: &name x }, name: *name }\nkind: Order\napiVersion: y\n",
        "metadata: { labels: { a: &name x }, name: *name }\nkind: Order\napiVersion: y\n",
    );
    becomes(
        "spec: { lineItems: &a [1], x: *a }\nkind: Order\n",
        "kind: Order\nspec: { lineItems: &a [1], x: *a }\n",
    );
}

#[test]
fn a_document_that_is_no_mapping_and_no_list_stays_as_it_is() {
    becomes("kind:   Order\n--- |\n   text\n", "kind: Order\n--- |\n   text\n");
    stays("--- just   a text\n");
}
