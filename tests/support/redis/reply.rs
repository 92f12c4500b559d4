//! What Redis says, read by the tests' own reader: RESP2, and what RESP3 adds to it.

use std::collections::BTreeMap;

/// An answer to a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// `OK`, say; also what RESP3 writes as text on a line, a number with a fraction for one.
    Simple(String),
    /// With the word that it begins with: `ERR`, `OOM`, `MOVED`, ..
    Error(String),
    Integer(i64),
    Bulk(Vec<u8>),
    /// A map of RESP3 too, whose keys and values take turns.
    Array(Vec<Reply>),
    Nil,
}

impl Reply {
    /// A text, which may be an empty one where there is nothing.
    ///
    /// # Panics
    ///
    /// When it is an error or a list.
    #[track_caller]
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Simple(text) => text.clone(),
            Self::Bulk(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Nil => String::new(),
            Self::Error(_) | Self::Array(_) => panic!("no text: {self:?}"),
        }
    }

    /// A number, also one in a text.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[track_caller]
    pub(crate) fn number(&self) -> f64 {
        let text = self.text();
        text.parse().unwrap_or_else(|_| panic!("no number: {text}"))
    }

    /// # Panics
    ///
    /// When it is no list.
    #[track_caller]
    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::Array(replies) => replies,
            _ => panic!("no list: {self:?}"),
        }
    }

    /// Fields and their values, of `HGETALL` for one.
    ///
    /// # Panics
    ///
    /// When it is no list of texts.
    #[track_caller]
    pub(crate) fn map(&self) -> BTreeMap<String, String> {
        let pairs = self.list().chunks_exact(2);
        pairs.map(|pair| (pair[0].text(), pair[1].text())).collect()
    }

    /// Whether it is an error that begins with this word.
    pub(crate) fn is_error(&self, word: &str) -> bool {
        match self {
            Self::Error(message) => message.split(' ').next() == Some(word),
            _ => false,
        }
    }
}

/// A command as clients send it.
pub(super) fn command(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
    }
    bytes
}

/// The first reply in these bytes and its length; none where its end is still to come.
///
/// # Panics
///
/// When the bytes are no reply.
pub(super) fn read(bytes: &[u8]) -> Option<(Reply, usize)> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let line = String::from_utf8_lossy(&bytes[1..end]).into_owned();
    let start = end + 2;
    let reply = match bytes[0] {
        b'+' | b',' | b'(' | b'#' => Reply::Simple(line),
        b'-' => Reply::Error(line),
        b':' => Reply::Integer(line.parse().expect("a number")),
        b'_' => Reply::Nil,
        b'$' | b'=' | b'!' => return bulk(bytes, start, &line),
        b'*' | b'~' | b'>' => return array(bytes, start, &line, 1),
        b'%' => return array(bytes, start, &line, 2),
        other => panic!("no reply begins with {:?}", char::from(other)),
    };
    Some((reply, start))
}

fn bulk(bytes: &[u8], start: usize, line: &str) -> Option<(Reply, usize)> {
    let Ok(length) = line.parse::<usize>() else {
        return Some((Reply::Nil, start));
    };
    let text = bytes.get(start..start + length)?;
    let end = start + length + 2;
    (bytes.len() >= end).then(|| (Reply::Bulk(text.to_vec()), end))
}

fn array(bytes: &[u8], start: usize, line: &str, each: usize) -> Option<(Reply, usize)> {
    let Ok(length) = line.parse::<usize>() else {
        return Some((Reply::Nil, start));
    };
    let mut end = start;
    let mut replies = Vec::new();
    for _ in 0..length * each {
        let (reply, length) = read(&bytes[end..])?;
        replies.push(reply);
        end += length;
    }
    Some((Reply::Array(replies), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_once_they_are_whole() {
        let bytes = b"*3\r\n$2\r\na\n\r\n$-1\r\n*1\r\n:-7\r\n-ERR x\r\n";
        let whole = bytes.len() - b"-ERR x\r\n".len();
        for end in 0..whole {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
        let expected = Reply::Array(vec![
            Reply::Bulk(b"a\n".to_vec()),
            Reply::Nil,
            Reply::Array(vec![Reply::Integer(-7)]),
        ]);
        assert_eq!(read(bytes), Some((expected, whole)));
        let (error, _) = read(&bytes[whole..]).unwrap();
        assert!(error.is_error("ERR") && !error.is_error("E"));
    }

    #[test]
    fn what_resp3_adds_is_read_too() {
        let (reply, length) = read(b"%2\r\n+a\r\n,1.5\r\n+b\r\n_\r\n").unwrap();
        assert_eq!(length, 21);
        let expected = [("a", "1.5"), ("b", "")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(reply.map(), expected.into());
    }

    #[test]
    fn a_command_is_a_list_of_texts() {
        let bytes = command(&["SET", "a", "é"]);
        let bytes = String::from_utf8(bytes).unwrap();
        assert_eq!(bytes, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\né\r\n");
    }
}
