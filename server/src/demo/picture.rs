//! Small photos for the demonstration: a drawn building site, plainly marked 演示.

use jpeg_encoder::{ColorType, Encoder};

const WIDTH: usize = 640;
const HEIGHT: usize = 480;

type Colour = [u8; 3];

/// 演 and 示, drawn by hand.
const MARK: [&str; 13] = [
    "#....#########.   ..###########..",
    ".#...#.......#.   ...............",
    "...............   ...............",
    ".....#########.   ###############",
    "#........#.....   .......#.......",
    ".#...#########.   .......#.......",
    ".....#...#...#.   ...#...#...#...",
    ".....#########.   ..#....#....#..",
    "..#..#...#...#.   .#.....#.....#.",
    ".#...#########.   #......#......#",
    "#......#...#...   .......#.......",
    "#.....#.....#..   .......#.......",
    "....##.......##   ......##.......",
];

/// A canvas of pixels.
struct Canvas(Vec<u8>);

impl Canvas {
    fn fill(&mut self, left: usize, top: usize, width: usize, height: usize, colour: Colour) {
        for y in top..(top + height).min(HEIGHT) {
            for x in left..(left + width).min(WIDTH) {
                let at = (y * WIDTH + x) * 3;
                self.0[at..at + 3].copy_from_slice(&colour);
            }
        }
    }

    /// A marking in big pixels.
    fn mark(&mut self, left: usize, top: usize, size: usize, colour: Colour) {
        for (row, line) in MARK.iter().enumerate() {
            for (column, _) in line.bytes().enumerate().filter(|(_, pixel)| *pixel == b'#') {
                self.fill(left + column * size, top + row * size, size, size, colour);
            }
        }
    }
}

/// Photo number `number` as a JPEG; the same one every time, and no two alike.
pub(super) fn photo(number: usize) -> Vec<u8> {
    let mut canvas = Canvas(vec![0; WIDTH * HEIGHT * 3]);
    let vary = |salt: usize, range: usize| (number * 7919 + salt * 104_729) / 13 % range;
    let horizon = 250 + vary(1, 80);
    canvas.fill(0, 0, WIDTH, HEIGHT, [176 + vary(2, 60) as u8, 200, 226]);
    canvas.fill(0, horizon, WIDTH, HEIGHT, [150, 116 + vary(3, 40) as u8, 80]);
    let (floors, bays) = (1 + vary(4, 4), 3 + vary(5, 5));
    let (left, floor_height) = (40 + vary(6, 160), 44 + vary(7, 20));
    let width = bays * 48;
    for floor in 0..floors {
        let top = horizon.saturating_sub((floor + 1) * floor_height);
        canvas.fill(left, top, width, floor_height, [196, 190 - (floor * 9) as u8, 180]);
        canvas.fill(left, top, width, 5, [120, 116, 110]);
        for bay in 0..bays {
            let glass = if vary(8 + floor * 10 + bay, 3) == 0 { [60, 70, 86] } else { [128, 158, 178] };
            canvas.fill(left + bay * 48 + 12, top + 12, 24, floor_height - 24, glass);
        }
    }
    // The fence between the site and the school, and a crane.
    canvas.fill(0, horizon + 40 + vary(90, 50), WIDTH, 22, [44, 96, 168]);
    let crane = 440 + vary(91, 140);
    canvas.fill(crane, 60, 10, horizon - 60, [222, 170, 30]);
    canvas.fill(crane.saturating_sub(90 + vary(92, 120)), 60, 240, 8, [222, 170, 30]);
    canvas.mark(20, HEIGHT - 76, 5, [255, 255, 255]);
    canvas.mark(18, HEIGHT - 78, 5, [200, 30, 30]);
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, 82)
        .encode(&canvas.0, WIDTH as u16, HEIGHT as u16, ColorType::Rgb)
        .expect("a picture of fixed size is encoded into memory");
    jpeg
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn photos_differ_and_are_the_same_every_time() {
        let photos: BTreeSet<_> = (0..40).map(photo).collect();
        assert_eq!(photos.len(), 40);
        assert_eq!(photo(7), photo(7));
        let decoded = image::load_from_memory(&photo(3)).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (640, 480));
        assert!(photo(3).len() < 60_000, "{} bytes", photo(3).len());
    }
}
