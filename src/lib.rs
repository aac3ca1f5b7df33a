//! `orderform`: YAML in Git becomes orders in Microsoft Partner Center, exactly once.
//!
//! # The idea
//!
//! Manifests declare the orders that should exist. A pure function compares them with what is recorded and gives a plan,
//! which is a value. Carrying it out means stepping one small state machine an order, which says what to write down and
//! what to send, and in which order. Every order spends money, so the one promise above all is that **an order is never
//! bought twice and never lost, whatever fails, and the user can see why**. It rests on the journal: nothing is sent
//! before it is on disk that it will be, and nobody is told of anything before that is on disk.
//!
//! ```
//! use orderform::domain::{Lineage, Record, RecordKind, State};
//! use orderform::manifest::{self, Sources};
//! use orderform::plan::{self, Action};
//!
//! let mut sources = Sources::new();
//! sources.add("contoso.yaml", "
//! apiVersion: orderform/v1
//! kind: Order
//! metadata: { name: contoso-exchange }
//! spec:
//!   customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04
//!   billingCycle: monthly
//!   lineItems: [{ offerId: 84A03D81-6B37-4D66-8D4A-FAEA24541538, quantity: 5 }]
//! ");
//! let loaded = manifest::parse(sources);
//! assert!(loaded.is_valid());
//!
//! let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "an example".into() };
//! let nothing = State::begin(&Record { serial: 1, time: None, kind: genesis })?;
//! let plan = plan::build(&loaded.orders, &nothing);
//! assert_eq!(plan.steps[0].name.as_str(), "contoso-exchange");
//! assert_eq!(plan.steps[0].action, Action::Create);
//! # Ok::<(), orderform::domain::FoldError>(())
//! ```
//!
//! `examples/create_order.rs` goes on from here and buys one.
//!
//! # The walk
//!
//! | | by | becomes |
//! |---|---|---|
//! | bytes of YAML | [`manifest::load`] | a [`DesiredOrder`](domain::DesiredOrder) each, or all [`Diagnostic`](manifest::Diagnostic)s at once |
//! | bytes of the journal | [`Store::open_for_writing`](store::Store::open_for_writing) | the [`State`](domain::State): every [`Record`](domain::Record), folded |
//! | both | [`plan::build`] | a [`Plan`](plan::Plan): one [`Step`](plan::Step) a name, with its [`Action`](plan::Action) |
//! | the plan of everything and the time | [`plan::frozen`] | the same without what is frozen, and the [`Holding`](plan::Holding) that is asked before each send |
//! | bytes of a price list | [`prices::load`], [`Plan::price`](plan::Plan::price) | a [`Cost`](plan::Cost) for each order that may be sent, or why it is unknown |
//! | the plan of everything | [`Selection::reduce`](plan::Selection::reduce) | the plan of what was asked for, and how much is outside |
//! | the catalogue, where a line leaves its availability open or somebody checks | [`facts::learn`], [`Plan::resolve`](plan::Plan::resolve), [`plan::check`] | the very offers that are sent, and [`Finding`](plan::Finding)s |
//! | the plan | [`Plan::pin`](plan::Plan::pin), [`plan::changes`], [`plan::rest`] | bound to what it was made from and, where one was saved, held against that |
//! | | [`View::plan`](view::View::plan), [`plan::judge`], [`Watcher::approve`](reconcile::Watcher::approve) | shown, held against the limits, approved: [`reconcile::pass`] |
//! | each step | [`apply::run`], asking a [`Machine`](protocol::Machine) | [`Effect`](protocol::Effect)s, each send let through by a [`Budget`](plan::Budget), carried out and answered by an [`Event`](protocol::Event) |
//!
//! One order on its way, when nothing goes wrong; the machine decides every arrow:
//!
//! ```text
//! list the customer's orders ─▶ intend ─▶ durable ─▶ send ─▶ answer ─▶ record ─▶ durable ─▶ event ─▶ view
//!                                                                            at the end of the run: checkpoint
//! ```
//!
//! [`apply`] owns journal, state and events in one loop; only requests and waits run beside it. Before it intends, a lane
//! waits for its turn, so that the order leaves soon after. A record is folded into
//! the state before it is written, so that one that cannot follow is never written; after a failed write that state is
//! thrown away, and the next run makes it again from the journal. What an answer proves is decided in
//! [`protocol::classify`], how a doubt ends in [`protocol::settle`], and nowhere else.
//!
//! # The layers
//!
//! A module imports only from rows above its own. `tests/suite/tidy.rs` reads this table and holds the code to it, and
//! the table to the code: what it allows and nobody does is taken out. A name in parentheses is the one file that may.
//!
//! | module | what it is | may import | may touch |
//! |---|---|---|---|
//! | [`domain`] | what an order is, and what we know about one | nothing | nothing |
//! | [`ports`] | everything this program can do to the world, as traits | domain | nothing |
//! | [`manifest`] | YAML text to desired orders, or diagnostics | domain | formats, files (source), threads (parallel) |
//! | [`prices`] | a price list to prices, or diagnostics | domain, manifest | formats, files |
//! | [`plan`] | desired and recorded to a plan | domain | nothing |
//! | [`protocol`] | one attempt, as a pure state machine | domain | nothing |
//! | [`apply`] | carries out a plan | domain, ports, plan, protocol | tasks |
//! | [`partner_center`] | the real API, over HTTP | domain, ports | formats, network, log, chance (client), chance (sign_in), clocks (clock), clocks (orders), clocks (sign_in), files (clock), files (sign_in), tasks (sign_in), timers |
//! | [`webhook`] | notifications to their receivers, over HTTP | domain, ports | network, clocks (send), tasks (courier) |
//! | [`store`] | journal, checkpoint and lock, on disk | domain, ports | formats, files |
//! | [`sandbox`] | Partner Center, pretended | partner_center::wire | formats, network, files (ledger), clocks, chance, tasks, timers |
//! | [`reconcile`] | one pass: plan, limits, approval, apply | domain, ports, plan, apply | nothing |
//! | [`facts`] | what is asked before anything is bought | domain, ports, plan, apply | tasks |
//! | [`watch`] | when a pass is made, and what is known of it | domain, ports, plan, protocol, apply | files (seeing) |
//! | [`view`] | what is shown: for people, pull requests, programs | domain, manifest, plan, protocol, apply, watch | formats |
//! | [`serve`] | what a watcher lets others see, over HTTP | domain, plan, view, watch | network, log, tasks, timers |
//! | [`cli`] | what is typed: one file a command | everything | everything |
//!
//! # Where to begin
//!
//! Five minutes: [`domain::order`] and [`domain::journal`] (the values), [`plan::Action`] and [`plan::Block`] (what can be
//! decided), [`protocol::Effect`] and [`protocol::Verdict`] (what can happen), the drawing in [`protocol`], then
//! [`apply::run`]. After that [`ports`] for what the outside must keep to, and [`store`] for what survives a crash.
//! `tests/suite/simulation` runs all of it, with a seed, against servers and disks that fail.
//!
//! # The words
//!
//! * *desired order*: one order as a manifest wants it; its *name* is our identity for it.
//! * *state*: what is recorded, by name: *pending* or *created*. *Difference*: where desired and recorded differ.
//! * *attempt*: one try at buying one order, with one request id and one body that never change. It may be sent more
//!   than once. *Generation*: which attempt of a name it is, counted up only after a proven refusal or a person's word.
//! * *in doubt*: an attempt that nobody knows the end of. To *settle* is to find out; to *adopt* is to record an order
//!   that exists; to *forget* is to drop one from the state, and cancels nothing.
//! * *baseline*: the customer's orders before the first send. *Evidence*: how we know that an order is ours.
//! * *turn*: leave for one order to be sent, taken before it is announced. *Pause*: a time in which nothing leaves, because
//!   Partner Center asked for it; *budget of retries*: how much a run may ask again.
//! * *journal*: the truth, one *record* a line; *checkpoint*: `state.json`, what the journal amounts to.
//! * *pins*: what a saved plan is bound to: its *digest* covers them, and a plan is *stale* once one of them changed.
//! * *cost*: what an order comes to by a price list: *committed* over its term, and spread over its months; or *unknown*.
//! * *scope*: which orders a plan is about: a path, and a *selection* by *expressions*. What else there is, is *outside*.
//! * *rule*, *limit*: what is limited, and what a file allows of it; the *keeper* of a limit is the project, the organisation or
//!   this program. *Rulebook*: all limits in force. *Allowance*: a person's word that a run may go beyond one.
//! * *drift*: where what Partner Center reports differs from what is recorded; it decides nothing. To *account for* an order is to say
//!   whose it is: by the journal, the orders that are listed, and the audit log.
//! * *credential*: who we are to Partner Center, and the way to the *token* that says so; *proof*: how an application shows that it is itself.
//! * *lineage*, *serial*: which history a state belongs to, and how far it has come.
//! * *availability*: the third part of an offer id, which is reissued from time to time; to *resolve* one is to choose it before a plan
//!   is approved. *Facts*: what Partner Center says of customers and offers beforehand; *finding*: what of them speaks against an order, with
//!   its *outlook*: that it will be refused, will be bought otherwise, or could not be checked.
//! * *freeze*: a person's word that orders are not to be bought for a while, until it *thaws*. *Window*: when a watcher may buy.
//! * *pass*: one round of making desired and recorded meet. *Watcher*: who makes one after another; a *hint* tells it that
//!   something may have changed. *Deeds*: what a pass was to do, or did, about which orders. *Notice*: what of a pass is worth
//!   telling; a *receiver* is told, by a *notification*.
//!
//! # Where a change goes
//!
//! * A property of an order: `manifest/order.rs`, [`domain::order`], `plan/difference.rs`, [`partner_center::wire`] and
//!   `convert.rs` beside it, `store/format/values.rs`, `view/json/order.rs`.
//! * A limit: the table in [`domain::limits`], its measure in `plan/limits.rs`, its key in `manifest/grammar/limits.rs`, words in
//!   `view/words/limits.rs`, the README. Another reason to hold a send back: `apply/gate.rs`.
//! * What is frozen, and when a watcher may buy: [`domain::freeze`], [`domain::windows`], their keys in
//!   `manifest/grammar/holding.rs`, what holds a send in [`plan::Holding`].
//! * A rule about manifests: `manifest/validate.rs`, or `conflicts.rs` if it takes two documents; one [`manifest::Code`]
//!   and its text in `manifest/explain`.
//! * What a check finds: [`plan::Problem`], `plan/check.rs`, words in `view/words/checks.rs`, and what has to be asked for it in [`facts`],
//!   [`ports::Catalogue`] and `partner_center/catalogue.rs`; the sandbox refuses the same from `sandbox/goods.rs`.
//! * How manifests are written: [`manifest::format`]; keys stand in the order of the grammar.
//! * A kind of drift: [`plan::Differs`], `plan/drift/compare.rs`, who did it in `who.rs` beside it, `view/words/drift.rs`,
//!   `view/json/drift.rs` and its schema, the README. How an order is accounted for: [`plan::Entry`], `view/words/accounts.rs`, the README.
//! * An action or a block: the enum in [`plan`], a row in `plan/table.rs` and in the README, words in `view/words/plan.rs`.
//! * What an answer means: [`protocol::classify`], and the simulation has to agree.
//! * When a request may leave: `partner_center/governor.rs` and its laws. What waits for its turn: `apply/turn.rs`; what is asked
//!   again: `apply/retries.rs`, [`protocol::backoff`]. How the sandbox throttles: `sandbox/throttle.rs`.
//! * What a plan pins: [`plan::Pins`], its digest and [`plan::changes`] beside it, `view/json/pins.rs` and `schema.rs`,
//!   `view/words/changes.rs`, the README.
//! * A reason why a price is unknown: [`plan::Unpriced`], `view/words/cost.rs`, `view/json/schema/cost.rs`, the README. A column of
//!   a price list: `prices/row.rs`.
//! * When a pass is made: [`watch::Pace`] and its properties. What a watcher tells of itself: [`watch::Status`],
//!   `view/json/status.rs` and its schema, `view/words/watch.rs`, `view/human/status.rs`, `view/html/watch`. What it counts at
//!   any time: [`watch::Vitals`]. What became of the orders of a pass: [`watch::Deed`], its words in `view/html/watch/passes.rs`.
//! * What is seen over HTTP: `serve/routes.rs`, the README. A metric: `serve/metrics.rs`, the README. Who is answered: `serve/door.rs`.
//! * What of a pass is told, and when: [`watch::Notice`] and its laws, `view/words/notice.rs`. A shape of notifications: [`domain::notify`],
//!   one file in `view/notice`. How they are signed, and tried again: [`webhook`].
//! * What is logged of a run, and is a span: `cli/trail.rs`; how it is written: `cli/log.rs`, and `cli/otlp` for a collector.
//! * A way to sign in: [`partner_center::sign_in::Way`], what marks it in `cli/sign_in.rs`, the README. A code of a sign-in that is
//!   refused: [`domain::SignInProblem`], `view/words/sign_in.rs`, the README's table; `sandbox/token.rs` to refuse so.
//! * How orders are selected: [`plan::Expression`] and [`plan::Selection`], words of mistakes in `cli/select.rs`, what Git
//!   says of a commit in `cli/revision`, of scopes in
//!   `view/words/scope.rs`, `view/json/scope.rs` and `schema.rs`.
//! * What of a customer's orders can be adopted, and under which names: [`plan::adoption`] and its [`plan::Why`], words in
//!   `view/words/adoption.rs`, `view/json/adoption.rs`; what is asked and written, in which order: `cli/adopt`.
//! * A record: [`domain::journal`], [`State::fold`](domain::State::fold), `store/format/record.rs`, a new golden file.
//! * What CI does with all this: `examples/ci`, of which `init` writes a part; `tests/suite/ci` runs its steps.
//! * What starts, confines and observes a watcher: `examples/watch`; a metric's name is in its alerts, its dashboard and
//!   `tests/suite/kits`, which holds them to each other.
//! * A page for a browser: `view/html`, whose `page.rs`, `style.css` and `script.js` know nothing of plans; `live.js` keeps
//!   one that is served new.
//! * An output format: one file in [`view`]; of diagnostics, in `view/check`. A command: one file in [`cli`]. State elsewhere: another [`ports::Journal`].

pub mod apply;
pub mod cli;
pub mod domain;
pub mod facts;
pub mod manifest;
pub mod partner_center;
pub mod plan;
pub mod ports;
pub mod prices;
pub mod protocol;
pub mod reconcile;
pub mod sandbox;
pub mod serve;
pub mod store;
pub mod view;
pub mod watch;
pub mod webhook;
