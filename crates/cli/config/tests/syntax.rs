use super::{ENDS, assert_mistakes, config, mistakes};

#[test]
fn text_that_is_not_toml_is_told_with_its_lines() {
    assert_mistakes(
        "workers = 1\n[sources.in\ntype = \"stdin\"\nx = stdin\ny = [1, 2\n",
        &[
            "config/a.toml:2: is not TOML here: unclosed table, expected `]`",
            "config/a.toml:5: is not TOML here: unclosed array, expected `]`",
        ],
    );
}

#[test]
fn a_key_that_stands_twice_is_told_at_its_second_place() {
    assert_eq!(
        mistakes("workers = 1\nworkers = 2\n"),
        ["config/a.toml:2: is not TOML here: duplicate key"]
    );
    assert_eq!(
        mistakes(&format!("{ENDS}[sources.in]\n")),
        ["config/a.toml:5: is not TOML here: duplicate key"]
    );
}

#[test]
fn numbers_that_do_not_fit_are_told() {
    assert_mistakes(
        &format!("workers = 0x1_0000_0000_0000_0000\n{ENDS}"),
        &["config/a.toml:1: workers: 0x10000000000000000 does not fit in 64 bits"],
    );
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_no_mistake() {
    config(&format!("\u{feff}{}", ENDS.replace('\n', "\r\n")));
    assert_mistakes(
        &format!("{}x = 1\r\n", ENDS.replace('\n', "\r\n")),
        &["config/a.toml:5: sinks.out.x: unknown key; known: match, type"],
    );
}
