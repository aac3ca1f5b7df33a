//! Help, completions and the manual page.

use super::stage::Stage;

#[test]
fn help_says_what_each_command_is_for() {
    let stage = Stage::new();
    for arguments in [&["--help"][..], &["apply", "--help"], &["settle", "--help"], &["--version"]] {
        assert_eq!(stage.run(arguments).code, 0, "{arguments:?}");
    }
    assert_transcript!(stage);
}

#[test]
fn every_shell_gets_completions_that_know_the_commands() {
    let stage = Stage::new();
    for (shell, sign) in [
        ("bash", "complete -F _orderform"),
        ("zsh", "#compdef orderform"),
        ("fish", "complete -c orderform"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "set edit:completion:arg-completer[orderform]"),
    ] {
        let ran = stage.quietly(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for part in [sign, "rebuild", "--settle-after", "--not-bought"] {
            assert!(ran.stdout.contains(part.trim_start_matches("--")), "{shell} lacks {part}");
        }
    }
    assert_eq!(stage.run(&["completions", "tcsh"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn the_manual_page_names_every_command() {
    let ran = Stage::new().quietly(&["man"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains(".TH orderform 1"), "{}", ran.stdout);
    for part in ["init", "validate", "plan", "apply", "sandbox", "state", "adopt", "settle"] {
        assert!(ran.stdout.contains(part), "the manual lacks {part}");
    }
}
