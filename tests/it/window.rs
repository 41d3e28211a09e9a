//! The real window on real files with the real worker and real other processes, driven through its accessibility tree:
//! no display, no renderer. What a test reads is what a screen reader would say.
#![cfg(target_os = "linux")]

mod added;
mod arrange;
mod bars;
mod chaos;
mod characters;
mod colors;
mod device;
mod differences;
mod editing;
mod edits;
mod faults;
mod grid_menu;
mod happened;
mod input;
mod journal;
mod kernel_memory;
mod keys;
mod lab;
mod live;
mod messages;
mod modes;
mod narrow;
mod opening;
mod order;
mod others;
mod path;
mod pread;
mod presses;
mod process_rows;
mod sample;
mod scrolling;
mod split;
mod support;
mod tabs;
mod together;
mod unread;
mod who;
mod witnesses;
