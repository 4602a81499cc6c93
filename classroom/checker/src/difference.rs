//! Where two runs of bytes differ, as hex and text.

use crate::verdict::Bytes;

/// How many bytes stand in a row.
const ROW: usize = 16;

/// How many rows are shown: the one with the difference, one before and one after it.
const ROWS: usize = 3;

/// Shows both runs around their first difference, a line for each row of each.
pub fn difference(bytes: &Bytes) -> Vec<String> {
    let Bytes { wanted, came } = bytes;
    let at = wanted.iter().zip(came).take_while(|(left, right)| left == right).count();
    let first = (at / ROW * ROW).saturating_sub(ROW);
    let mut lines = vec![summary(wanted, came, at)];
    for (name, bytes) in [("expected", wanted), ("came", came)] {
        if bytes.is_empty() {
            lines.push(format!("{name:<9}(nothing)"));
            continue;
        }
        let rows = bytes.chunks(ROW).enumerate().skip(first / ROW).take(ROWS);
        let shown: Vec<_> = rows.map(|(row, bytes)| (row * ROW, bytes)).collect();
        if shown.is_empty() {
            lines.push(format!("{name:<9}(nothing more after {} bytes)", bytes.len()));
        }
        for (position, (offset, bytes)) in shown.into_iter().enumerate() {
            let name = if position == 0 { name } else { "" };
            lines.push(format!("{name:<9}{offset:>7}  {}", row(bytes)));
        }
    }
    lines
}

fn summary(wanted: &[u8], came: &[u8], at: usize) -> String {
    let lengths = format!("{} expected, {} came", wanted.len(), came.len());
    match (wanted.get(at), came.get(at)) {
        (Some(wanted), Some(came)) => {
            format!("{lengths}; at byte {at} stands {came:#04x} instead of {wanted:#04x}")
        }
        (Some(_), None) => format!("{lengths}; they are alike until the end of what came"),
        (None, Some(_)) => format!("{lengths}; what came goes on where it should end"),
        (None, None) => lengths,
    }
}

fn row(bytes: &[u8]) -> String {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let text: String = bytes.iter().copied().map(visible).collect();
    format!("{:<47}  {text}", hex.join(" "))
}

fn visible(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(wanted: &[u8], came: &[u8]) -> Vec<String> {
        difference(&Bytes { wanted: wanted.into(), came: came.into() })
    }

    #[test]
    fn a_wrong_byte_is_named_with_its_place() {
        let lines = shown(b"HELLO", b"HEllO");
        assert_eq!(lines[0], "5 expected, 5 came; at byte 2 stands 0x6c instead of 0x4c");
        assert_eq!(
            lines[1].trim_end(),
            format!("expected {:>7}  {:<47}  HELLO", 0, "48 45 4c 4c 4f")
        );
        assert_eq!(
            lines[2].trim_end(),
            format!("came     {:>7}  {:<47}  HEllO", 0, "48 45 6c 6c 4f")
        );
    }

    #[test]
    fn what_is_short_or_long_says_so() {
        assert_eq!(
            shown(b"HELLO", b"HEL")[0],
            "5 expected, 3 came; they are alike until the end of what came"
        );
        assert_eq!(
            shown(b"", b"x")[0],
            "0 expected, 1 came; what came goes on where it should end"
        );
        assert_eq!(shown(b"", b"x")[1], "expected (nothing)");
    }

    #[test]
    fn only_the_rows_around_the_difference_are_shown() {
        let wanted = vec![b'a'; 1000];
        let mut came = wanted.clone();
        came[500] = b'b';
        let lines = shown(&wanted, &came);
        assert_eq!(lines.len(), 1 + 3 + 3);
        assert!(lines[1].starts_with("expected     480  "), "{}", lines[1]);
        assert!(lines[6].starts_with("             512  "), "{}", lines[6]);
        assert_eq!(shown(&wanted, &came[..600]).len(), 7);
        assert!(shown(&wanted, &wanted[..16]).iter().any(|line| line.contains("came           0")));
    }
}
