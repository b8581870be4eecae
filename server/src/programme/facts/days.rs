//! The day that a record is about, by which people tell it from others of its kind.

use chrono::NaiveDate;
use sync_protocol::id::RecordId;

use super::Facts;

impl Facts {
    /// The day that a record is about; of a monthly report, the first of its month. `None` of what is
    /// about no day.
    pub fn day_of(&self, id: RecordId) -> Option<NaiveDate> {
        let of_works = || self.progress.get(&id).map(|report| report.month);
        let of_money = || self.funds.get(&id).map(|event| event.day);
        let of_goods = || self.receipts.get(&id).and_then(|receipt| receipt.date);
        let of_findings = || self.findings.get(&id).map(|finding| finding.found_on);
        let of_claims = || self.rectifications.get(&id).and_then(|claim| claim.done_on);
        let of_checks = || self.verifications.get(&id).map(|verification| verification.date);
        let of_visits = || self.inspections.get(&id).map(|inspection| inspection.day);
        let of_diaries = self.diaries.get(&id).map(|diary| diary.day);
        of_diaries
            .or_else(of_works)
            .or_else(of_findings)
            .or_else(of_checks)
            .or_else(of_money)
            .or_else(of_visits)
            .or_else(of_goods)
            .or_else(of_claims)
    }
}
