//! The history that the desktop app keeps of its own (`plan-usage-history.json`): a sample about every
//! five minutes with the percentages of the session and the week; it knows no resets.

use super::fields::{Notes, Object};
use super::{Draft, Form, Reader, Reading, WindowKind};

pub const FORM: Form = Form {
    name: "desktop history",
    about: "plan-usage-history.json of the desktop app: samples with t, u.fh, u.sd",
    object: Some(Reader {
        applies: |o| {
            let samples = o.objects("samples");
            samples.first().is_some_and(|s| s.has("t") && s.has("u"))
        },
        read,
    }),
    text: None,
};

fn read(o: &Object<'_>, draft: &mut Draft, notes: &mut Notes) {
    for sample in o.objects("samples") {
        let at = sample.instant("t", notes);
        let (Some(at), Some(used)) = (at, sample.object("u")) else {
            continue;
        };
        let windows = [("fh", WindowKind::Session), ("sd", WindowKind::Week)];
        for (key, kind) in windows {
            if let Some(percent) = used.percent(key, notes) {
                draft.samples.push(Reading::new(at, kind, percent, None));
            }
        }
    }
    let last = draft.samples.iter().map(|s| s.at).max();
    draft.state.at = draft.state.at.max(last);
    for sample in draft.samples.clone() {
        if Some(sample.at) == last {
            draft.window(sample.kind, sample.percent, None);
        }
    }
}
