//! What all kinds of pictures are drawn from, and what a drawing may complain of.

/// The lines of a picture's body that say something, with their numbers, counted from the fence.
pub type Body<'a> = [(usize, &'a str)];

/// A line of a picture, counted from the fence, and what is wrong with it.
pub type Mistake = (usize, String);
