//! `orderform new`: writes a first manifest, from flags or by asking for what is missing.
//!
//! **Invariant:** what is written has been read with everything that is there already, and is right; no file is ever
//! written over.

mod draft;
pub(super) mod place;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::failure::{Failure, exit};
use super::materials::root;
use super::starter::schema_path;
use super::terminal::Terminal;
use crate::manifest::schema::SchemaKind;
use crate::manifest::{self, Diagnostic, Loaded, Severity, render};
use draft::{Answer, Question};

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write the manifest of an order; asks for what no flag says.
    Order(OrderArgs),
    /// Write the manifest of a customer: a name for a tenant id.
    Customer(CustomerArgs),
}

/// Where a manifest goes.
#[derive(Debug, Args)]
struct Target {
    /// The directory of the project.
    #[arg(long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// The file to write; by default one with the name, beside the customer's.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print the manifest instead of writing it.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
struct OrderArgs {
    /// Its name: a-z, 0-9 and `-`.
    name: String,
    /// The customer: a name that is described, or a tenant id.
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// What is bought, such as `CFQ7TTC0LH18:0001`.
    #[arg(long, value_name = "ID")]
    offer: Option<String>,
    /// How many seats.
    #[arg(long, value_name = "SEATS")]
    quantity: Option<String>,
    /// The term: `P1M`, `P1Y` or `P3Y`.
    #[arg(long, value_name = "TERM")]
    term: Option<String>,
    /// How often it is billed, such as `monthly`.
    #[arg(long, value_name = "CYCLE")]
    billing_cycle: Option<String>,
    /// Whether it shall renew by itself: `true` or `false`.
    #[arg(long, value_name = "DECISION")]
    auto_renew: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
struct CustomerArgs {
    /// Its name: a-z, 0-9 and `-`.
    name: String,
    /// Its tenant id, a GUID.
    #[arg(value_name = "TENANT_ID")]
    id: String,
    #[command(flatten)]
    target: Target,
}

pub(super) fn run(args: &NewArgs, terminal: &Terminal) -> Result<u8, Failure> {
    match &args.what {
        What::Order(order) => new_order(order, terminal),
        What::Customer(customer) => new_customer(customer, terminal),
    }
}

fn new_customer(args: &CustomerArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let directory = root(&args.target.directory);
    let default = directory.join("customers").join(&args.name).join("customer.yaml");
    let text = manifest::write::customer(&args.name, &args.id);
    let hint = format!("next: orderform new order NAME --customer {}", args.name);
    finish(&args.target, default, SchemaKind::Customer, &text, &hint, terminal)
}

fn new_order(args: &OrderArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let directory = root(&args.target.directory);
    let project = manifest::load(&directory);
    let mut answers = vec![(Question::Name, args.name.clone())];
    let given = [
        (Question::Customer, &args.customer),
        (Question::Offer, &args.offer),
        (Question::Quantity, &args.quantity),
        (Question::Term, &args.term),
        (Question::BillingCycle, &args.billing_cycle),
        (Question::AutoRenew, &args.auto_renew),
    ];
    let mut missing = Vec::new();
    for (question, flag) in given {
        match flag {
            Some(value) => answers.push((question, value.clone())),
            None if !question.is_asked(&answers) => {}
            None if terminal.is_interactive() => {
                let answer = ask(question, &project, terminal)?;
                answers.extend(answer.map(|answer| (question, answer)));
            }
            None if question.is_optional() => {}
            None => missing.push(question.flag()),
        }
    }
    if !missing.is_empty() {
        let failure = Failure::new(format!("nobody is there to be asked; missing: {}", missing.join(", ")));
        return Err(failure.hint("give the flags, or run it in a terminal"));
    }
    let default = directory_of(&answers, &project, &directory).join(format!("{}.yaml", args.name));
    let text = draft::order(&answers);
    let shown = if directory == Path::new(".") { String::new() } else { format!(" {}", directory.display()) };
    let hint = format!("next: orderform plan{shown}");
    finish(&args.target, default, SchemaKind::Order, &text, &hint, terminal)
}

/// Asks until the answer is right; nothing where an optional one is left out.
fn ask(question: Question, project: &Loaded, terminal: &Terminal) -> Result<Option<Answer>, Failure> {
    terminal.say(&question.explained(project));
    loop {
        let Some(typed) = terminal.ask(&format!("{}: ", question.prompt())) else {
            return Err(Failure::new("the input ended; nothing was written"));
        };
        if typed.is_empty() && question.is_optional() {
            return Ok(None);
        }
        match draft::problem(question, &typed, project) {
            None => return Ok(Some(typed)),
            Some(problem) => {
                let hint = problem.hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
                terminal.say(&format!("  {}{hint}", problem.message));
            }
        }
    }
}

/// Finds the directory that an order goes into: the one that its customer is described in.
fn directory_of(answers: &[(Question, Answer)], project: &Loaded, directory: &Path) -> PathBuf {
    let customer =
        answers.iter().find(|(question, _)| *question == Question::Customer).map(|(_, name)| name.as_str());
    let described = project.customers.iter().find(|one| Some(one.name.as_str()) == customer);
    let beside = described.and_then(|one| Path::new(&*one.place.file).parent()).map(Path::to_path_buf);
    beside.unwrap_or_else(|| directory.to_path_buf())
}

/// Holds a manifest against everything that is there, and writes it.
fn finish(
    target: &Target,
    default: PathBuf,
    kind: SchemaKind,
    text: &str,
    next: &str,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let directory = root(&target.directory);
    let path = match &target.file {
        Some(file) => place::within(&directory, file)?,
        None => default,
    };
    let path = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
    let text = format!("{}{text}", modeline(&path, &directory, kind));
    if path.exists() && !target.dry_run {
        return Err(is_there(&path));
    }
    // What is only printed goes into a file that may be there.
    let name = if path.exists() { "the new manifest".to_owned() } else { path.display().to_string() };
    let loaded = manifest::load_with(&directory, &name, &text);
    let is_about = |d: &&Diagnostic| *d.region.file == *name && d.severity() == Severity::Error;
    let wrong: Vec<&Diagnostic> = loaded.diagnostics.iter().filter(is_about).collect();
    if !wrong.is_empty() {
        wrong.iter().for_each(|d| terminal.say(&render::human(d, &loaded.sources, terminal.color_err())));
        return Err(Failure::new("this would be wrong; nothing was written").exit(exit::MANIFESTS));
    }
    if target.dry_run {
        terminal.print(&text)?;
        return Ok(exit::DONE);
    }
    create(&path, &text)?;
    terminal.print(&format!("wrote `{name}`\n"))?;
    let warnings = loaded.diagnostics.iter().filter(|d| *d.region.file == *name);
    warnings.for_each(|d| terminal.say(&render::human(d, &loaded.sources, terminal.color_err())));
    terminal.say(next);
    Ok(exit::DONE)
}

/// Makes the line by which an editor finds the schema, where there is one.
fn modeline(path: &Path, directory: &Path, kind: SchemaKind) -> String {
    let schema = schema_path(directory, kind);
    let below = path.parent().and_then(|parent| parent.strip_prefix(directory).ok().or(Some(parent)));
    let Some(below) = below.filter(|below| schema.is_file() && !below.is_absolute()) else {
        return String::new();
    };
    let up = "../".repeat(below.components().count());
    format!("# yaml-language-server: $schema={up}schema/{}.schema.json\n", kind.as_str())
}

/// Makes a file, with the directories above it.
fn create(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::of_file("make the directory", parent, &error))?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            written.map_err(|error| Failure::of_file("write", path, &error))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(is_there(path)),
        Err(error) => Err(Failure::of_file("make", path, &error)),
    }
}

fn is_there(path: &Path) -> Failure {
    Failure::new(format!("`{}` is there already; nothing was written", path.display())).hint(
        "name another file with `--file`, or put the document into that one yourself (`--dry-run` prints it)",
    )
}
