//! What a server of HTTP/1.1 answers.

use std::io::{self, BufRead, ErrorKind};

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// Reads one, that to a HEAD request without its body.
    ///
    /// # Errors
    /// If the connection breaks or ends before it is whole.
    pub fn read(from: &mut impl BufRead, is_head: bool) -> io::Result<Answer> {
        let line = line(from)?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut answer = Answer {
            status: status.unwrap_or_else(|| panic!("no status in {line:?}")),
            headers: Vec::new(),
            body: String::new(),
        };
        while let Some((name, value)) = self::line(from)?.trim_end().split_once(": ") {
            answer.headers.push((name.to_lowercase(), value.to_owned()));
        }
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse::<usize>().expect("a length"));
        if !is_head && answer.status >= 200 {
            let mut body = vec![0; length];
            from.read_exact(&mut body)?;
            answer.body = String::from_utf8(body).expect("UTF-8");
        }
        Ok(answer)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    match from.read_line(&mut line)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}
