//! Pages as programs know them: a letter each.

use crate::peer::wire::PeerPage;

/// The letter of a page.
pub(super) fn letter(page: &PeerPage) -> char {
    match page {
        PeerPage::PrivateCopy => 'C',
        PeerPage::FilePage => 'F',
        PeerPage::Swapped => 'S',
        PeerPage::NotPresent => '-',
        PeerPage::Unavailable(_) => '?',
    }
}
