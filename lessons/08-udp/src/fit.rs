//! Makes a text fit into one datagram, and says what was left out.

/// Shortens a text to at most `limit` bytes. What does not fit is replaced by a
/// last line that says how much it was; that line is ASCII, so that any client
/// can decode it.
///
/// UTF-8 is cut between two characters. (With less room than the line itself
/// needs, the line is cut too.)
pub fn fit(mut text: Vec<u8>, limit: usize) -> Vec<u8> {
    let size = text.len();
    if size <= limit {
        return text;
    }
    // No remark is longer than that for the whole text: the number in it is the
    // largest.
    let room = limit.saturating_sub(remark(size).len());
    let cut = match str::from_utf8(&text) {
        Ok(text) => text.floor_char_boundary(room),
        Err(_) => room,
    };
    text.truncate(cut);
    let remark = remark(size - cut);
    // The remark brings a newline of its own, which is not needed after another
    // one.
    let at_line_start = text.last().is_none_or(|&byte| byte == b'\n');
    text.extend_from_slice(if at_line_start { &remark[1..] } else { &remark });
    text.truncate(limit);
    text
}

fn remark(left_out: usize) -> Vec<u8> {
    format!(
        "\n({left_out} bytes left out: they do not fit into the datagram)\n"
    )
    .into_bytes()
}
