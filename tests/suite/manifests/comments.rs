//! Comments in every place, and where the formatter leaves them.

use super::formatted::{becomes, stays};

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
        "kind: Order           # a
metadata:
  name: x # d
  labels: { a: b }    # b
  formerly: older     # c
  allowDuplicate: true   # e
",
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
fn empty_documents_go_and_commented_ones_stay() {
    becomes(
        "---\n---\na: 1\n---\n# b: 2\n---\n---\nc: 3\n...\nd: 4\n...\n",
        "a: 1\n---\n# b: 2\n---\nc: 3\n---\nd: 4\n",
    );
}
