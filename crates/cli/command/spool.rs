//! `knownet spool`: what waits on disk, for people.
//!
//! Nothing is changed, so it may look on while a run goes on; a file that the run reads to its end
//! meanwhile is passed over.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use knownet_flow::time;
use knownet_source::spool::{self, Content, FOLDER, FileState, Frame, SpoolFile};

use crate::config;
use crate::option::{Spool, SpoolPlace};
use crate::report::NOT_WRITTEN;

pub fn spool(command: &Spool) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let code = match command {
        Spool::Ls(place) => each(place, |folder, files| ls(folder, files, &mut out))?,
        Spool::Cat(cat) => each(&cat.place, |_, files| print(files, cat.frames, &mut out))?,
        Spool::Verify(place) => each(place, |folder, files| verify(folder, files, &mut out))?,
    };
    out.flush().context(NOT_WRITTEN)?;
    Ok(code)
}

/// Shows `look` each spool; it says whether all is well.
fn each(
    place: &SpoolPlace,
    mut look: impl FnMut(&Path, &[SpoolFile]) -> io::Result<bool>,
) -> anyhow::Result<ExitCode> {
    let folders = folders(&place.place)?;
    // Who asks about a spool that is not there has mistaken the place, mostly.
    let mut well = !folders.is_empty();
    for folder in folders {
        let cannot = || format!("{} cannot be read", folder.display());
        let files = spool::files(&folder).with_context(cannot)?;
        well &= look(&folder, &files).context(NOT_WRITTEN)?;
    }
    Ok(match well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The spools of a configuration, of a state folder or of one source.
fn folders(place: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if place.is_dir() {
        let cannot = || format!("{} cannot be read", place.display());
        if place.file_name().is_some_and(|name| name == FOLDER)
            || !spool::files(place).with_context(cannot)?.is_empty()
        {
            return Ok(vec![place.to_owned()]);
        }
        found.push(place.join(FOLDER));
        for entry in place.read_dir().with_context(cannot)? {
            found.push(entry.with_context(cannot)?.path().join(FOLDER));
        }
        found.sort();
    } else {
        let (config, mistakes) = config::load(place);
        let Some(config) = config else {
            for mistake in &mistakes {
                eprintln!("{mistake}");
            }
            bail!("{} is neither a spool nor a configuration", place.display());
        };
        let state = config.state_dir();
        let sources = config.sources.iter();
        found.extend(sources.map(|source| state.join(&source.name).join(FOLDER)));
    }
    found.retain(|folder| folder.is_dir());
    if found.is_empty() {
        eprintln!("knownet: {} has no spool", place.display());
    }
    Ok(found)
}

fn ls(folder: &Path, files: &[SpoolFile], out: &mut impl Write) -> io::Result<bool> {
    writeln!(out, "{}:", folder.display())?;
    if files.is_empty() {
        writeln!(out, "  nothing waits")?;
        return Ok(true);
    }
    writeln!(
        out,
        "  {:<28} {:>10} {:>9} {:<24} {:<24} STATE",
        "FILE", "SIZE", "EVENTS", "FIRST", "LAST"
    )?;
    for file in files {
        let Some(content) = content(file, |_| Ok(()))? else {
            continue;
        };
        let (first, last) = match content.times {
            Some((first, last)) => (time::text(first), time::text(last)),
            None => ("-".to_owned(), "-".to_owned()),
        };
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        writeln!(
            out,
            "  {name:<28} {:>10} {:>9} {first:<24} {last:<24} {}",
            file.size,
            content.events,
            state(file, &content)
        )?;
    }
    Ok(true)
}

/// A word for how a file is.
fn state(file: &SpoolFile, content: &Content) -> &'static str {
    match file.state {
        FileState::Damaged => "set aside",
        FileState::Unfinished => "unfinished",
        FileState::Waiting if content.is_whole() => "waits",
        FileState::Waiting => "damaged",
    }
}

fn print(files: &[SpoolFile], frames: bool, out: &mut impl Write) -> io::Result<bool> {
    let mut well = true;
    for file in files {
        let read = content(file, |frame| {
            if frames {
                out.write_all(frame.header)?;
            } else if !frame.event {
                return Ok(());
            }
            out.write_all(frame.bytes)?;
            let ends = frame.bytes.ends_with(b"\n") || frame.goes_on;
            match frames && !frame.lines || !frames && !ends {
                true => out.write_all(b"\n"),
                false => Ok(()),
            }
        })?;
        let Some(read) = read else { continue };
        well &= report(file, &read);
    }
    Ok(well)
}

fn verify(folder: &Path, files: &[SpoolFile], out: &mut impl Write) -> io::Result<bool> {
    let (mut count, mut events, mut bad) = (0, 0, 0);
    for file in files {
        let Some(content) = content(file, |_| Ok(()))? else {
            continue;
        };
        count += 1;
        events += content.events;
        bad += u64::from(!report(file, &content));
    }
    writeln!(
        out,
        "{}: {count} files, {events} events, {bad} files damaged",
        folder.display()
    )?;
    Ok(bad == 0)
}

/// Says what is wrong with a file; whether nothing is.
fn report(file: &SpoolFile, content: &Content) -> bool {
    if file.state == FileState::Unfinished || content.is_whole() && file.state == FileState::Waiting
    {
        return true;
    }
    if content.is_whole() {
        eprintln!(
            "knownet: {}: it was set aside and is whole, {} events; renamed to end in .zst it is read \
             at the next start",
            file.path.display(),
            content.events
        );
        return false;
    }
    let reason = match &content.fault {
        Some(fault) => fault.clone(),
        None => format!("{} runs are not what was written", content.wrong),
    };
    eprintln!(
        "knownet: {}: {reason}; {} events in it are whole",
        file.path.display(),
        content.events
    );
    false
}

/// What is in the file; `None` if it is not there any more.
fn content(
    file: &SpoolFile,
    each: impl FnMut(&Frame<'_>) -> io::Result<()>,
) -> io::Result<Option<Content>> {
    let content = spool::look(&file.path, each)?;
    Ok((content.is_whole() || file.path.exists()).then_some(content))
}
