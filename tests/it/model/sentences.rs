//! What is said beside the field of a search of the match that was gone to: the way there, and what could not be read; also
//! once all matches are counted.

use mapscope::model::FindAction;
use mapscope::model::find::{FindNews, FindReport, FoundMatches, MatchList, NearestMatch};

use super::find::{is_find, looking, run};
use super::*;

fn found(found: FoundMatches, unread: u64) -> FileNews {
    let report = FindReport {
        found,
        is_stopped: false,
        unread,
        gaps: Vec::new(),
    };
    FileNews::Find(FindNews::Searched(Ok((report, Vec::new()))))
}

#[test]
fn how_a_match_was_come_by_is_said_before_and_after_all_are_counted() {
    for (back, way) in [
        (false, ", from the top again"),
        (true, ", from the end again"),
    ] {
        for (goes, moved) in [(false, ""), (true, "; you went elsewhere meanwhile")] {
            let mut rig = looking();
            let asks = if back {
                FindAction::Previous
            } else {
                FindAction::Next
            };
            rig.act(Action::Find(asks));
            let order = rig.order(is_find);
            if goes {
                rig.point(700);
            }
            let span = span(500, 502);
            let nearest = NearestMatch {
                span,
                wrapped: true,
            };
            let news = found(FoundMatches::Nearest(Some(nearest)), 7);
            rig.answer(&order, news);
            let missing = "; not all could be read: 7 bytes missing";
            let said = |rig: &Rig| rig.view().searches.answer.clone();
            assert_eq!(said(&rig), format!("At 0x1f4{way}{moved}{missing}"));
            if goes {
                continue; // of a match that nobody is at there is no number
            }
            let order = rig.order(is_find);
            let all = MatchList {
                count: 1,
                runs: vec![run(500, 2)],
                lists_all: true,
            };
            rig.answer(&order, found(FoundMatches::All(all), 7));
            assert_eq!(said(&rig), format!("1 of 1 match{way}{missing}"));
        }
    }
}
