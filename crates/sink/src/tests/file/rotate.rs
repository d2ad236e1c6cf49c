use std::collections::BTreeMap;
use std::io::Read;

use super::*;

/// A folder and the sink in it.
struct Scene {
    folder: tempfile::TempDir,
    options: FileOptions,
}

impl Scene {
    fn new(rotate: Rotate) -> Scene {
        Scene {
            folder: tempfile::tempdir().unwrap(),
            options: FileOptions {
                rotate: Some(rotate),
                sync: false,
            },
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self) -> File {
        File::open("out", &self.path("e.log"), &self.options).unwrap()
    }

    /// What all files hold, decoded, by name, with the stamp left out.
    fn files(&self) -> BTreeMap<String, String> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        files
            .map(|file| {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                let name = match name.strip_prefix("e-") {
                    Some(rest) => rest[STAMP..].to_owned(),
                    None => name.to_owned(),
                };
                (name, decode(&path))
            })
            .collect()
    }
}

const STAMP: usize = "20261121T084611Z-".len();

fn decode(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let bytes = match path.extension().and_then(|e| e.to_str()) {
        Some("zst") => zstd::decode_all(&bytes[..]).unwrap(),
        Some("gz") => {
            let mut decoded = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(&bytes[..]);
            decoder.read_to_end(&mut decoded).unwrap();
            decoded
        }
        _ => bytes,
    };
    String::from_utf8(bytes).unwrap()
}

fn files<const N: usize>(expected: [(&str, &str); N]) -> BTreeMap<String, String> {
    expected
        .map(|(name, text)| (name.into(), text.into()))
        .into()
}

fn write(sink: &mut File, lines: &str) {
    sink.write(&Events::lines(lines.as_bytes())).unwrap();
}

fn by_size(size: u64) -> Rotate {
    Rotate {
        size: Some(size),
        ..Rotate::default()
    }
}

#[test]
fn a_torn_line_ends_before_its_file_is_set_aside() {
    let scene = Scene::new(by_size(8));
    fs::write(scene.path("e.log"), "a whole line\ntorn").unwrap();
    let mut sink = scene.open();
    write(&mut sink, "next\n");
    assert_eq!(
        scene.files(),
        files([("000001.log", "a whole line\ntorn\n"), ("e.log", "next\n")])
    );
}

#[test]
fn a_full_file_is_set_aside_before_the_batch_that_does_not_fit() {
    let scene = Scene::new(by_size(8));
    let mut sink = scene.open();
    for lines in [
        "aa\nb\n",
        "cc\n",
        "d\n",
        "a batch larger than the file\n",
        "e\n",
    ] {
        write(&mut sink, lines);
    }
    sink.finish().unwrap();
    let expected = files([
        ("000001.log", "aa\nb\ncc\n"),
        ("000002.log", "d\n"),
        ("000003.log", "a batch larger than the file\n"),
        ("e.log", "e\n"),
    ]);
    assert_eq!(scene.files(), expected);
}

#[test]
fn numbers_go_on_where_the_last_run_stopped() {
    let scene = Scene::new(by_size(2));
    for lines in ["a\n", "b\n", "c\n"] {
        let mut sink = scene.open();
        write(&mut sink, lines);
        sink.finish().unwrap();
    }
    let expected = files([
        ("000001.log", "a\n"),
        ("000002.log", "b\n"),
        ("e.log", "c\n"),
    ]);
    assert_eq!(scene.files(), expected);
}

#[test]
fn an_old_file_is_set_aside() {
    let scene = Scene::new(Rotate {
        age: Some(Duration::from_nanos(1)),
        ..Rotate::default()
    });
    let mut sink = scene.open();
    write(&mut sink, "a\n");
    write(&mut sink, "b\n");
    sink.finish().unwrap();
    let expected = files([("000001.log", "a\n"), ("e.log", "b\n")]);
    assert_eq!(scene.files(), expected);
}

#[test]
fn rotated_files_are_compressed_and_the_oldest_removed() {
    for (compress, suffix) in [
        (Compress::None, ""),
        (Compress::Gzip, ".gz"),
        (Compress::Zstd, ".zst"),
    ] {
        let scene = Scene::new(Rotate {
            keep: Some(2),
            compress,
            ..by_size(1)
        });
        let mut sink = scene.open();
        for n in 0..5 {
            write(&mut sink, &format!("{n}\n"));
        }
        sink.finish().unwrap();
        let expected = files([
            (&format!("000003.log{suffix}"), "2\n"),
            (&format!("000004.log{suffix}"), "3\n"),
            ("e.log", "4\n"),
        ]);
        assert_eq!(scene.files(), expected, "{compress:?}");
    }
}

#[test]
fn what_a_killed_process_left_half_done_is_finished() {
    let scene = Scene::new(Rotate {
        compress: Compress::Zstd,
        ..by_size(1000)
    });
    let zst = zstd::encode_all(&b"whole\n"[..], 0).unwrap();
    for (name, content) in [
        // Killed while it was compressed.
        ("e-20261121T084611Z-000001.log", &b"one\n"[..]),
        ("e-20261121T084611Z-000001.log.zst.part", b"\x28\xb5"),
        // Killed before the plain one was removed.
        ("e-20261121T084611Z-000002.log", b"whole\n"),
        ("e-20261121T084611Z-000002.log.zst", &zst),
        // Of a configuration that is no more.
        ("e-20261121T084611Z-000003.log.gz.part", b""),
        // A stranger's.
        ("e-20261121T084611Z-000004.log.part", b"other\n"),
        // Killed before the next one was created: there is no e.log.
    ] {
        fs::write(scene.path(name), content).unwrap();
    }
    let mut sink = scene.open();
    write(&mut sink, "new\n");
    sink.finish().unwrap();
    let expected = files([
        ("000001.log.zst", "one\n"),
        ("000002.log.zst", "whole\n"),
        ("000004.log.part", "other\n"),
        ("e.log", "new\n"),
    ]);
    assert_eq!(scene.files(), expected);
}

#[test]
fn a_file_that_was_moved_away_is_opened_anew() {
    let scene = Scene::new(by_size(4));
    let mut sink = scene.open();
    write(&mut sink, "a\n");
    fs::rename(scene.path("e.log"), scene.path("moved")).unwrap();
    sink.looked = None;
    write(&mut sink, "b\n");
    // Again, which is found out when the file is to be rotated: the other one is not ours.
    fs::rename(scene.path("e.log"), scene.path("moved2")).unwrap();
    fs::write(scene.path("e.log"), "another's\n").unwrap();
    write(&mut sink, "long\n");
    sink.finish().unwrap();
    let expected = files([
        ("moved", "a\n"),
        ("moved2", "b\n"),
        ("e.log", "another's\nlong\n"),
    ]);
    assert_eq!(scene.files(), expected);
}

#[cfg(unix)]
#[test]
fn a_batch_written_to_a_deleted_file_is_written_again() {
    let scene = Scene::new(by_size(100));
    let mut sink = scene.open();
    write(&mut sink, "a\n");
    fs::remove_file(scene.path("e.log")).unwrap();
    write(&mut sink, "b\nc\n");
    assert_eq!(scene.files(), files([("e.log", "b\nc\n")]));
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_gone_is_waited_for() {
    let scene = Scene::new(by_size(100));
    let folder = scene.path("folder");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("e.log");
    let mut sink = File::open("out", &path, &scene.options).unwrap();
    write(&mut sink, "a\n");
    fs::remove_dir_all(&folder).unwrap();
    for _ in 0..2 {
        let events = Events::lines(b"b\n");
        let Err(WriteError::Unreachable(reason)) = sink.write(&events) else {
            panic!("written");
        };
        assert!(reason.ends_with("does not exist; create it"), "{reason}");
    }
    fs::create_dir(&folder).unwrap();
    write(&mut sink, "b\n");
    assert_eq!(decode(&path), "b\n");
}

#[cfg(unix)]
#[test]
fn the_next_file_and_the_compressed_one_are_as_secret_as_the_first() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new(Rotate {
        compress: Compress::Gzip,
        ..by_size(1)
    });
    fs::write(scene.path("e.log"), "a\n").unwrap();
    let secret = fs::Permissions::from_mode(0o600);
    fs::set_permissions(scene.path("e.log"), secret).unwrap();
    let mut sink = scene.open();
    write(&mut sink, "b\n");
    sink.finish().unwrap();
    assert_eq!(scene.files().len(), 2);
    for file in fs::read_dir(scene.folder.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_set_aside_and_not_the_link_to_it() {
    let scene = Scene::new(by_size(1));
    let other = tempfile::tempdir().unwrap();
    let link = other.path().join("link.log");
    std::os::unix::fs::symlink(scene.path("e.log"), &link).unwrap();
    let mut sink = File::open("out", &link, &scene.options).unwrap();
    write(&mut sink, "a\n");
    write(&mut sink, "b\n");
    sink.finish().unwrap();
    let expected = files([("000001.log", "a\n"), ("e.log", "b\n")]);
    assert_eq!(scene.files(), expected);
    assert!(link.is_symlink());
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_not_rotated() {
    let scene = Scene::new(by_size(1));
    let opened = File::open("out", Path::new("/dev/null"), &scene.options);
    let error = opened.map(drop).unwrap_err();
    assert!(matches!(error, OpenError::NotRegular(_)), "{error}");
}

#[test]
fn a_rotation_that_fails_stops_no_event() {
    let scene = Scene::new(by_size(2));
    let mut sink = scene.open();
    write(&mut sink, "a\n");
    // In the way of the next name, whatever the second.
    let naming = name::Naming::of(&scene.path("e.log"));
    let now = std::time::SystemTime::now();
    let ways = (0..60).map(|s| naming.path(1, now + Duration::from_secs(s)));
    ways.for_each(|way| fs::create_dir(way).unwrap());
    write(&mut sink, "b\n");
    assert_eq!(decode(&scene.path("e.log")), "a\nb\n");
    assert!(sink.stuck.is_some());
    // Not tried at every batch.
    for entry in fs::read_dir(scene.folder.path()).unwrap() {
        let _ = fs::remove_dir(entry.unwrap().path());
    }
    write(&mut sink, "c\n");
    assert_eq!(scene.files().len(), 1);
    sink.stuck = Instant::now().checked_sub(AGAIN);
    write(&mut sink, "d\n");
    let expected = files([("000001.log", "a\nb\nc\n"), ("e.log", "d\n")]);
    assert_eq!(scene.files(), expected);
}

#[test]
fn synced_batches_are_written_alike() {
    let mut scene = Scene::new(by_size(4));
    scene.options.sync = true;
    let mut sink = scene.open();
    for lines in ["a\n", "b\n", "c\n"] {
        write(&mut sink, lines);
    }
    sink.finish().unwrap();
    let expected = files([("000001.log", "a\nb\n"), ("e.log", "c\n")]);
    assert_eq!(scene.files(), expected);
}
