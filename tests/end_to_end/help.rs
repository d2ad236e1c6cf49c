use crate::rig::{Folder, Ran};

fn knownet(args: &[&str]) -> Ran {
    Folder::new().knownet(args).ran()
}

#[test]
fn every_commands_help_teaches_by_example() {
    let whole = knownet(&["--help"]).succeeded().out;
    for command in ["run", "check", "tag", "lookup"] {
        let example = format!("\n  knownet {command}");
        assert!(whole.contains(&example), "{whole}");
        for args in [
            &[command, "--help"][..],
            &[command, "-h"],
            &["help", command],
        ] {
            let help = knownet(args).succeeded().out;
            assert!(
                help.contains("Examples:") && help.contains(&example),
                "{help}"
            );
            assert!(help.contains("Exit code: 0"), "{help}");
        }
    }
}

#[test]
fn without_a_command_the_help_is_shown() {
    let ran = knownet(&[]).ended(2);
    ran.said("Examples:\n  knownet tag ");
}

#[test]
fn the_version_is_the_packages() {
    let ran = knownet(&["--version"]).succeeded();
    assert_eq!(ran.out, format!("knownet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_option_of_tag_is_in_its_help() {
    let help = knownet(&["tag", "--help"]).succeeded().out;
    for option in [
        "--label <",
        "--from <",
        "--into <",
        "--drop <",
        "--only <",
        "--stats",
    ] {
        assert!(help.contains(option), "{option} in {help}");
    }
}
