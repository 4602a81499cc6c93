//! Several fields in one run of bytes, beside what Python's `struct` makes of them.

use struct_header::format::Format;

/// What `struct.pack` makes of these values. Lesson 5 has it, and tests it against Python's own.
fn python(format: &str, values: &[&str]) -> Vec<u8> {
    Format::parse(format).and_then(|format| format.pack(values)).expect("what struct accepts")
}

/// What `struct.calcsize` says.
fn calcsize(format: &str) -> usize {
    Format::parse(format).expect("a format").size()
}

#[test]
fn bytes_are_copied_as_they_are() {
    let mut packed = Vec::new();

    packed.extend_from_slice(b"hello");

    assert_eq!(packed, python("5s", &["hello"]));
}

#[test]
fn a_short_text_is_filled_up_with_zeros() {
    let name = "data";
    let mut field = [0; 8];

    field[..name.len()].copy_from_slice(name.as_bytes());

    assert_eq!(field, *b"data\0\0\0\0");
    assert_eq!(field.to_vec(), python("8s", &["data"]));
}

#[test]
fn a_long_text_is_cut_by_python_and_refused_by_us() {
    let name = "hello";

    let field = <[u8; 3]>::try_from(name.as_bytes());

    assert!(field.is_err());
    assert_eq!(python("3s", &["hello"]), b"hel");
}

#[test]
fn the_zeros_at_the_end_are_not_taken_off_by_anybody() {
    let field = b"data\0\0\0\0";

    let text = str::from_utf8(field).expect("UTF-8").trim_end_matches('\0');

    assert_eq!(text, "data");
    let unpacked = Format::parse("8s").and_then(|format| format.unpack(field));
    assert_eq!(unpacked.expect("eight bytes"), [r"b'data\x00\x00\x00\x00'"]);
}

#[test]
fn fields_follow_each_other() {
    let mut bytes = Vec::new();

    bytes.extend(7_u32.to_le_bytes());
    bytes.extend(b"abc");
    bytes.extend(2.5_f32.to_le_bytes());

    assert_eq!(bytes, python("<I3sf", &["7", "abc", "2.5"]));
    assert_eq!(bytes.len(), 11);
}

#[test]
fn two_fields_of_one_kind() {
    let both = [1_i32.to_le_bytes(), (-1_i32).to_le_bytes()].concat();

    assert_eq!(both, python("<ii", &["1", "-1"]));
    assert_eq!(both, python("<2i", &["1", "-1"]));
}

#[test]
fn several_fields_are_read_one_after_another() {
    let bytes = python("<4sI", &["data", "9"]);

    let (name, rest) = bytes.split_first_chunk::<4>().expect("4 bytes for the name");
    let (number, rest) = rest.split_first_chunk::<4>().expect("4 bytes for the number");
    let number = u32::from_le_bytes(*number);

    assert_eq!((name, number, rest), (b"data", 9, &[][..]));
}

#[test]
fn too_few_bytes_are_no_number() {
    let bytes = [5, 0, 0];

    assert_eq!(bytes.split_first_chunk::<4>(), None);

    let refused = Format::parse("<i").and_then(|format| format.unpack(&bytes));
    assert!(refused.expect_err("three bytes").to_string().contains("4 bytes, and 3 are given"));
}

#[test]
fn native_alignment_puts_padding_between_fields() {
    assert_eq!(calcsize("<I3sf"), 11);
    assert_eq!(calcsize("I3sf"), 12);
    assert_eq!(calcsize("bi"), 8);
    assert_eq!(calcsize("<bi"), 5);

    // In front of the number only, and never at the end.
    assert_eq!(calcsize("ib"), 5);
    assert_eq!(python("bi", &["1", "2"])[1..4], [0, 0, 0]);
}

#[test]
fn a_rust_struct_is_laid_out_as_in_c_only_if_asked() {
    #[repr(C)]
    struct Record {
        _kind: i8,
        _size: i32,
    }

    assert_eq!(size_of::<Record>(), 8);
    assert_eq!(align_of::<Record>(), 4);
}

#[test]
fn a_field_is_written_into_a_buffer_at_an_offset() {
    let mut buffer = [0_u8; 12];
    let offset = 4;

    buffer[offset..][..4].copy_from_slice(&9_u32.to_le_bytes());

    assert_eq!(buffer, [0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_field_is_read_from_a_buffer_at_an_offset() {
    let buffer = [0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    let offset = 4;

    let field = buffer[offset..].first_chunk::<4>().expect("4 bytes at the offset");

    assert_eq!(u32::from_le_bytes(*field), 9);
}

#[test]
#[should_panic = "range"]
fn beyond_the_buffer_there_is_nothing() {
    let mut buffer = [0_u8; 6];
    let offset = 4;
    buffer[offset..][..4].copy_from_slice(&7_u32.to_le_bytes());
}
