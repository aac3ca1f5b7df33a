//! Pairs of texts: how a manifest was written, and how the formatter writes it.

use super::formatted::assert_formatted;

/// Requires that a text becomes another, and that nothing is left to do about that one.
#[track_caller]
fn becomes(before: &str, after: &str) {
    assert_eq!(assert_formatted("a.yaml", before).as_deref(), Some(after));
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

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
fn a_comment_above_a_key_goes_where_the_key_goes_and_so_does_one_beside_it() {
    becomes(
        "apiVersion: orderform/v1
# what is bought
spec: # spec
  # for whom
  customer: contoso # customer
# its names
# in two lines

metadata: # metadata
  name: x # name
",
        "apiVersion: orderform/v1
# its names
# in two lines

metadata: # metadata
  name: x # name
# what is bought
spec: # spec
  # for whom
  customer: contoso # customer
",
    );
}

#[test]
fn what_stands_at_the_head_of_a_document_stays_there() {
    becomes(
        "---
# yaml-language-server: $schema=../schema/order.schema.json

# Licence: as you like.
kind: Order
apiVersion: orderform/v1
--- # the second
# its head

kind: Order
apiVersion: orderform/v1
",
        "# yaml-language-server: $schema=../schema/order.schema.json

# Licence: as you like.
apiVersion: orderform/v1
kind: Order
--- # the second
# its head

apiVersion: orderform/v1
kind: Order
",
    );
    becomes("--- # first\nkind: Order\n", "# first\nkind: Order\n");
    stays("# modeline\n---\n# head\nkind: Order\n");
}

#[test]
fn what_stands_at_the_end_stays_there() {
    becomes(
        "spec:
  customer: contoso
  # end of spec
kind: Order


# end of the document
...
# end of the file
",
        "kind: Order
spec:
  customer: contoso
  # end of spec

# end of the document
# end of the file
",
    );
}

#[test]
fn a_comment_at_the_end_of_a_block_stays_in_it_as_far_in_as_it_stood() {
    becomes(
        "spec:
    lineItems:
    - quantity: 5
      offerId: X
      # of the item
    # of the spec
    customer: contoso
  # of the spec too
metadata:
    labels:
        # region: emea
kind: Order
",
        "kind: Order
metadata:
  labels:
    # region: emea
spec:
  # of the spec
  customer: contoso
  lineItems:
    - offerId: X
      quantity: 5
      # of the item
  # of the spec too
",
    );
}

#[test]
fn comments_between_the_items_of_a_list_stay_between_them() {
    becomes(
        "kind: Order
spec:
  lineItems: # all
  # first
  - # beside
    # below
    quantity: 5
    offerId: X

  # second
  -   quantity: 6
      # the offer
      offerId: Y
  -
    # third
    offerId: Z
  # none
",
        "kind: Order
spec:
  lineItems: # all
    # first
    - # beside
      offerId: X
      # below
      quantity: 5

    # second
    # the offer
    - offerId: Y
      quantity: 6
    # third
    - offerId: Z
    # none
",
    );
}

#[test]
fn comments_in_one_column_stay_in_one_and_others_keep_their_distance() {
    becomes(
        "kind: Order            # a
metadata:
    labels: {a: b}     # b
    formerly: older    # c
    name: x # d
    allowDuplicate:   true   # e
",
        "kind: Order          # a
metadata:
  name: x # d
  labels: { a: b }     # b
  formerly: older      # c
  allowDuplicate: true   # e
",
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
fn a_collection_in_brackets_over_several_lines_becomes_a_block_with_its_comments() {
    becomes(
        "metadata: { # opened
  # above
  name: x, # beside
  labels: {
    a: b # last
    # end
  }, # closed
  } # all
spec: { lineItems: [ { offerId: X, quantity: 1 }, # one
    { quantity: 2,
      offerId: Y } # two
    , # three
    # four
  ],
  none: [
    # nothing
  ] }
kind: Order
",
        "kind: Order
metadata:
  # opened
  # above
  name: x # beside
  labels:
    a: b # last
    # end
    # closed
  # all
spec:
  lineItems:
    - { offerId: X, quantity: 1 } # one
    - offerId: Y
      quantity: 2
      # two
      # three
    # four
  # nothing
  none: []
",
    );
}

#[test]
fn texts_over_several_lines_keep_what_they_say_and_their_comments() {
    becomes(
        "a:
    b: |  # literal
         one
           two  
             
         # no comment
        # a comment
    c: >-
     folded
    d: |2+
           three


    e: \"double \\
        quoted \\
        \\ text\" # quoted
    f: plain
      and

      more # plain
",
        "a:
  b: |  # literal
    one
      two  
        
    # no comment
  # a comment
  c: >-
    folded
  d: |2+
         three


  e: \"double \\
    quoted \\
    \\ text\" # quoted
  f: plain
    and

    more # plain
",
    );
}

#[test]
fn a_comment_between_a_key_and_its_value_stays_between_them() {
    stays("a: # beside\n  # below\n  value # after\nb: # beside\n  { c: d }\n");
    becomes("a:\n\n    value\nb:\n    - c\n", "a: value\nb:\n  - c\n");
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
fn empty_documents_go_and_commented_ones_stay() {
    becomes(
        "---\n---\na: 1\n---\n# b: 2\n---\n---\nc: 3\n...\nd: 4\n...\n",
        "a: 1\n---\n# b: 2\n---\nc: 3\n---\nd: 4\n",
    );
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
