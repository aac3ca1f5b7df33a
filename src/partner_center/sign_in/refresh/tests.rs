//! A refresh token survives whatever happens while another one replaces it.

use super::*;
use crate::domain::SignInRefused;

/// A token in a file, and everything that was said aloud.
struct Bench {
    dir: tempfile::TempDir,
    said: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { dir: tempfile::tempdir().unwrap(), said: Arc::default() };
        fs::write(bench.file(), "old-canary\n").unwrap();
        bench
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("refresh-token")
    }

    fn notify(&self) -> Notify {
        let said = Arc::clone(&self.said);
        Arc::new(move |text: &str| said.lock().unwrap().push(text.to_owned()))
    }

    fn token(&self, from: Secret, keeper: Option<Program>) -> RefreshToken {
        RefreshToken::new(from, keeper, self.notify())
    }

    fn in_file(&self) -> RefreshToken {
        self.token(Secret::File(self.file()), None)
    }

    fn said(&self) -> Vec<String> {
        let said = self.said.lock().unwrap().clone();
        assert!(!said.join("\n").contains("canary"), "{said:?}");
        said
    }
}

fn text(token: Result<SecretString, SignInError>) -> String {
    token.unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn a_new_token_replaces_the_file_which_only_its_owner_may_read() {
    let bench = Bench::new();
    let token = bench.in_file();
    assert_eq!(text(token.newest()), "old-canary");
    token.renew(Some("new-canary".into())).await;
    assert_eq!(text(token.newest()), "new-canary");
    assert_eq!(text(bench.in_file().newest()), "new-canary");
    assert_eq!(fs::metadata(bench.file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(bench.dir.path()).unwrap().count(), 1);
    assert!(bench.said().is_empty());
}

#[test]
fn a_kill_between_any_two_steps_leaves_one_of_the_two_whole() {
    let bench = Bench::new();
    let left = || text(bench.in_file().newest());
    // Killed once it is on disk, and before it is in place: nobody cleans up.
    let beside = write_beside(&bench.file(), &"new-canary".into()).unwrap();
    let (_, path) = beside.temporary.keep().unwrap();
    assert_eq!((left(), fs::read_to_string(&path).unwrap()), ("old-canary".into(), "new-canary\n".into()));
    // Killed at any byte of it.
    for length in 0.."new-canary".len() {
        fs::write(&path, &"new-canary"[..length]).unwrap();
        assert_eq!(left(), "old-canary");
    }
    write_beside(&bench.file(), &"new-canary".into()).unwrap().put_in_place().unwrap();
    assert_eq!(left(), "new-canary");
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_is_used_said_aloud_once_and_kept_as_soon_as_it_can_be() {
    let bench = Bench::new();
    let works = Arc::new(Mutex::new(None::<Option<String>>));
    let handed = Arc::clone(&works);
    let keeper = Program::new(move |stdin| {
        let handed = Arc::clone(&handed);
        Box::pin(async move {
            let mut handed = handed.lock().unwrap();
            match handed.as_mut() {
                None => Err(Excerpt::of("exit status 7")),
                Some(kept) => {
                    *kept = stdin.map(|token| token.expose_secret().to_owned());
                    Ok("".into())
                }
            }
        })
    });
    let token = bench.token(Secret::Text("old-canary".into()), Some(keeper));
    assert_eq!(text(token.newest()), "old-canary");
    for _ in 0..2 {
        token.renew(Some("new-canary".into())).await;
        assert_eq!(text(token.newest()), "new-canary");
    }
    assert_eq!(bench.said().len(), 1);
    assert!(bench.said()[0].contains("not kept: exit status 7"), "{:?}", bench.said());
    *works.lock().unwrap() = Some(None);
    // An answer without a new one is as good an occasion.
    token.renew(None).await;
    assert_eq!(*works.lock().unwrap(), Some(Some("new-canary".to_owned())));
    assert_eq!(bench.said().len(), 1);
}

#[tokio::test]
async fn a_token_of_the_environment_has_nowhere_to_go_and_that_is_said() {
    let bench = Bench::new();
    let token = bench.token(Secret::Text("old-canary".into()), None);
    token.newest().unwrap();
    token.renew(None).await;
    token.renew(Some("old-canary".into())).await;
    assert!(bench.said().is_empty());
    token.renew(Some("new-canary".into())).await;
    assert!(bench.said()[0].contains("ORDERFORM_REFRESH_TOKEN_FILE"));
    assert_eq!(text(token.newest()), "new-canary");
}

#[tokio::test]
async fn a_token_that_was_refused_for_good_is_not_presented_again_but_its_successor_is() {
    let bench = Bench::new();
    let token = bench.in_file();
    let refused = SignInError::Refused(SignInRefused::saying("ended"));
    let old = token.newest().unwrap();
    token.end(old, refused.clone());
    assert_eq!(token.newest().unwrap_err(), refused);
    fs::write(bench.file(), "newer-canary").unwrap();
    assert_eq!(text(token.newest()), "newer-canary");
    // What another process put there goes before what is in memory.
    token.renew(Some("ours-canary".into())).await;
    fs::write(bench.file(), "theirs-canary").unwrap();
    assert_eq!(text(token.newest()), "theirs-canary");
    // A file that has gone takes nothing with it.
    fs::remove_file(bench.file()).unwrap();
    assert_eq!(text(token.newest()), "theirs-canary");
    token.renew(Some("last-canary".into())).await;
    assert_eq!(bench.said().len(), 1);
}

#[tokio::test]
async fn what_a_keeper_says_of_the_token_is_blotted_out() {
    let bench = Bench::new();
    let echo = |token: Option<SecretString>| Excerpt::of(&format!("no {}", token.unwrap().expose_secret()));
    let keeper = Program::new(move |token| Box::pin(async move { Err(echo(token)) }));
    let token = bench.token(Secret::Text("old-canary".into()), Some(keeper));
    token.newest().unwrap();
    token.renew(Some("new-canary-that-is-long-enough".into())).await;
    assert!(bench.said()[0].contains("not kept: no [token]"), "{:?}", bench.said());
}

#[tokio::test]
async fn what_somebody_put_there_meanwhile_is_not_replaced_and_that_is_said() {
    let bench = Bench::new();
    let token = bench.in_file();
    token.newest().unwrap();
    fs::write(bench.file(), "theirs-canary").unwrap();
    token.renew(Some("new-canary".into())).await;
    assert_eq!(fs::read_to_string(bench.file()).unwrap(), "theirs-canary");
    assert_eq!(fs::read_dir(bench.dir.path()).unwrap().count(), 1);
    assert!(bench.said()[0].contains("somebody put another one"), "{:?}", bench.said());
    // It is used from now on, and replaced by what comes for it.
    assert_eq!(text(token.newest()), "theirs-canary");
    token.renew(Some("next-canary".into())).await;
    assert_eq!(text(bench.in_file().newest()), "next-canary");
    assert_eq!(bench.said().len(), 1);
}
