//! Numbers as bytes, beside what Python's `struct` makes of them.

use struct_header::format::Format;

/// What `struct.pack` makes of these values. Lesson 5 has it, and tests it against Python's own.
fn python(format: &str, values: &[&str]) -> Vec<u8> {
    Format::parse(format).and_then(|format| format.pack(values)).expect("what struct accepts")
}

/// Why `struct.pack` refuses these values.
fn refusal(format: &str, values: &[&str]) -> String {
    let packed = Format::parse(format).and_then(|format| format.pack(values));
    packed.expect_err("what struct refuses").to_string()
}

#[test]
fn the_byte_order_is_in_the_name_of_the_call() {
    assert_eq!(5_i32.to_le_bytes(), [5, 0, 0, 0]);
    assert_eq!(python("<i", &["5"]), [5, 0, 0, 0]);

    assert_eq!(5_i32.to_be_bytes(), [0, 0, 0, 5]);
    assert_eq!(python(">i", &["5"]), [0, 0, 0, 5]);
    assert_eq!(python("!i", &["5"]), [0, 0, 0, 5]);

    let native = 5_i32.to_ne_bytes();
    assert_eq!(python("=i", &["5"]), native);
    assert_eq!(python("i", &["5"]), native);
}

#[test]
fn reading_back_takes_an_array() {
    assert_eq!(i32::from_le_bytes([5, 0, 0, 0]), 5);
    assert_eq!(i32::from_be_bytes([5, 0, 0, 0]), 83_886_080);

    let format = Format::parse(">i").expect("a format");
    assert_eq!(format.unpack(&[5, 0, 0, 0]).expect("four bytes"), ["83886080"]);
}

#[test]
fn each_code_has_a_type() {
    assert_eq!((-2_i8).to_le_bytes(), [0xfe]);
    assert_eq!(python("b", &["-2"]), [0xfe]);

    assert_eq!(254_u8.to_le_bytes(), [0xfe]);
    assert_eq!(python("B", &["254"]), [0xfe]);

    assert_eq!((-2_i16).to_le_bytes(), [0xfe, 0xff]);
    assert_eq!(python("<h", &["-2"]), [0xfe, 0xff]);

    assert_eq!(8080_u16.to_be_bytes(), [0x1f, 0x90]);
    assert_eq!(python("!H", &["8080"]), [0x1f, 0x90]);

    assert_eq!((-2_i32).to_le_bytes(), [0xfe, 0xff, 0xff, 0xff]);
    assert_eq!(python("<i", &["-2"]), [0xfe, 0xff, 0xff, 0xff]);

    assert_eq!(183_346_u32.to_le_bytes(), [0x32, 0xcc, 0x02, 0x00]);
    assert_eq!(python("<I", &["183346"]), [0x32, 0xcc, 0x02, 0x00]);

    assert_eq!((-2_i64).to_le_bytes(), [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(python("<q", &["-2"]), (-2_i64).to_le_bytes());

    assert_eq!((1_u64 << 32).to_le_bytes(), [0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(python("<Q", &["4294967296"]), [0, 0, 0, 0, 1, 0, 0, 0]);

    assert_eq!(1.5_f32.to_le_bytes(), [0x00, 0x00, 0xc0, 0x3f]);
    assert_eq!(python("<f", &["1.5"]), [0x00, 0x00, 0xc0, 0x3f]);

    assert_eq!(1.5_f64.to_le_bytes(), [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    assert_eq!(python("<d", &["1.5"]), [0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
}

#[test]
fn a_sign_is_a_matter_of_reading() {
    assert_eq!(i8::from_le_bytes([0xfe]), -2);
    assert_eq!(u8::from_le_bytes([0xfe]), 254);
}

#[test]
fn the_sizes_are_fixed() {
    for (code, size) in [
        ("b", size_of::<i8>()),
        ("B", size_of::<u8>()),
        ("h", size_of::<i16>()),
        ("H", size_of::<u16>()),
        ("i", size_of::<i32>()),
        ("I", size_of::<u32>()),
        ("q", size_of::<i64>()),
        ("Q", size_of::<u64>()),
        ("f", size_of::<f32>()),
        ("d", size_of::<f64>()),
    ] {
        assert_eq!(Format::parse(code).expect("a format").size(), size, "{code}");
    }
}

#[test]
fn an_f32_keeps_about_seven_digits() {
    assert_eq!(f32::from_le_bytes(0.1_f32.to_le_bytes()), 0.1_f32);
    assert_ne!(f64::from(0.1_f32), 0.1);
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(i32::try_from(2_147_483_648_i64).is_err());
    assert!(refusal("<i", &["2147483648"]).contains("from -2147483648 to 2147483647"));

    assert!(u16::try_from(-1_i32).is_err());
    assert!(refusal("<H", &["-1"]).contains("from 0 to 65535"));

    // A length is a `usize` in Rust. It becomes a field of the frame only if it fits.
    assert_eq!(i32::try_from(1024_usize), Ok(1024));
}

#[test]
fn as_never_refuses_and_cuts_instead() {
    assert_eq!(2_147_483_648_i64 as i32, -2_147_483_648);
    // Too large a double becomes infinite as a float. Python refuses to pack it.
    assert_eq!(1e39_f64 as f32, f32::INFINITY);
    assert_eq!(python("f", &["1e39"]), f32::INFINITY.to_ne_bytes());
    assert!(refusal("<f", &["1e39"]).contains("'f' holds numbers"));
}
