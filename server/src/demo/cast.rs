//! The people of the demonstration: one of every role, and the teams whose diaries are read.

use sync_protocol::id::RecordId;
use sync_protocol::kinds::Role;

use crate::access::role::Scope;

/// Somebody of the demonstration.
#[derive(Clone, Debug)]
pub(super) struct Player {
    /// The name to sign in with.
    pub(super) username: String,
    /// The name that others see, marked as demonstration.
    pub(super) display_name: String,
    pub(super) roles: Vec<(Role, Scope)>,
    /// Whether a password is made and shown.
    pub(super) signs_in: bool,
}

/// A project whose daily work is told.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) school: RecordId,
    pub(super) project: RecordId,
    pub(super) township: String,
    pub(super) zone: Option<RecordId>,
}

/// Who loads the registers: all offices in one person, which nobody has in earnest. The account
/// is closed once everything is loaded.
pub(super) fn loader(counties: &[String]) -> Player {
    let offices = [
        Role::ProjectOffice,
        Role::EquipmentStation,
        Role::InspectionOffice,
        Role::Finance,
        Role::SchoolTeam,
    ];
    let everywhere = counties
        .iter()
        .flat_map(|county| offices.into_iter().map(move |role| (role, Scope::County(county.clone()))));
    player("demo-loader", "数据导入（演示）", everywhere.collect(), false)
}

/// One person of every role in a county, for people who want to look around.
pub(super) fn offices(county: &str, city: &str, sites: &[Site]) -> Vec<Player> {
    let at_county = || Scope::County(county.to_owned());
    let projects = |role| sites.iter().map(move |site| (role, Scope::Project(site.project))).collect();
    let mut zones: Vec<_> = sites.iter().filter_map(|site| site.zone).collect();
    zones.sort_unstable();
    zones.dedup();
    let zones = zones.into_iter().map(|zone| (Role::Inspector, Scope::Zone(zone))).collect();
    let township = sites.iter().map(|site| (Role::Township, Scope::Township(site.township.clone())));
    vec![
        player("gaibo", "改薄办（演示）", vec![(Role::ProjectOffice, at_county())], true),
        player("zhuangbei", "装备站（演示）", vec![(Role::EquipmentStation, at_county())], true),
        player("dudao", "督导室（演示）", vec![(Role::InspectionOffice, at_county())], true),
        player("caizheng", "财政（演示）", vec![(Role::Finance, at_county())], true),
        player("shenji", "审计（演示）", vec![(Role::Auditor, at_county())], true),
        player("lingdao", "分管领导（演示）", vec![(Role::Leader, at_county())], true),
        player(
            "shiji",
            "三明市级办公室（演示）",
            vec![(Role::CityOffice, Scope::City(city.to_owned()))],
            true,
        ),
        player("guanli", "系统管理员（演示）", vec![(Role::SystemAdmin, at_county())], true),
        player("duxue", "责任督学（演示）", zones, true),
        player("xiangzhen", "乡镇干部（演示）", township.take(1).collect(), true),
        player("yanshou", "学校验收人（演示）", vec![(Role::SchoolTeam, at_county())], false),
        player(
            "jiaocheng",
            "蕉城区督导室（演示）",
            vec![(Role::InspectionOffice, Scope::County("350902".to_owned()))],
            true,
        ),
        player("jianli", "监理工程师（演示）", projects(Role::SupervisingEngineer), true),
        player("shigong", "施工单位（演示）", projects(Role::Contractor), true),
    ]
}

/// Who writes in the counties whose daily work is told in outline: one person for each role, in all of
/// them, which nobody is in earnest either. Nobody signs in as one of them.
pub(super) fn elsewhere(counties: &[&str]) -> Vec<Player> {
    let all = |role| counties.iter().map(|code| (role, Scope::County((*code).to_owned()))).collect();
    [
        (ELSEWHERE.works, "各县改薄办（演示）", Role::ProjectOffice),
        (ELSEWHERE.station, "各县装备站（演示）", Role::EquipmentStation),
        (ELSEWHERE.inspection, "各县督导室（演示）", Role::InspectionOffice),
        (ELSEWHERE.finance, "各县财政（演示）", Role::Finance),
        (ELSEWHERE.inspector, "各县责任督学（演示）", Role::Inspector),
        (ELSEWHERE.writer, "各校日志员（演示）", Role::SchoolTeam),
        (ELSEWHERE.principal, "各校校长（演示）", Role::Principal),
        (ELSEWHERE.contractor, "各施工单位（演示）", Role::Contractor),
        (ELSEWHERE.engineer, "各监理单位（演示）", Role::SupervisingEngineer),
    ]
    .into_iter()
    .map(|(username, name, role)| player(username, name, all(role), false))
    .collect()
}

/// Their sign-in names.
pub(super) struct Elsewhere {
    pub(super) works: &'static str,
    pub(super) station: &'static str,
    pub(super) inspection: &'static str,
    pub(super) finance: &'static str,
    pub(super) inspector: &'static str,
    pub(super) writer: &'static str,
    pub(super) principal: &'static str,
    pub(super) contractor: &'static str,
    pub(super) engineer: &'static str,
}

/// The ones that there are.
pub(super) const ELSEWHERE: Elsewhere = Elsewhere {
    works: "gexian-gaibo",
    station: "gexian-zhuangbei",
    inspection: "gexian-dudao",
    finance: "gexian-caizheng",
    inspector: "gexian-duxue",
    writer: "gexian-rizhi",
    principal: "gexian-xiaozhang",
    contractor: "gexian-shigong",
    engineer: "gexian-jianli",
};

/// The inspectors of a zone, as the register of the zone names them.
pub(super) fn inspectors(number: usize, zone: RecordId) -> Vec<Player> {
    let inspector = |at: usize| {
        let name = format!("演示督学{:02}", number * 2 + at);
        player(
            &format!("duxue-{}-{at}", number + 1),
            &name,
            vec![(Role::Inspector, Scope::Zone(zone))],
            false,
        )
    };
    (1..=2).map(inspector).collect()
}

/// The two diary writers of a project and its school's principal.
pub(super) fn team(number: usize, site: &Site) -> [Player; 3] {
    let writes = || vec![(Role::SchoolTeam, Scope::Project(site.project))];
    // Those of the first project sign in, the others are there to be read.
    let signs_in = number == 0;
    let name = |name: &str| if number == 0 { name.to_owned() } else { format!("{name}-{}", number + 1) };
    let heads = vec![(Role::Principal, Scope::School(site.school))];
    let number = number + 1;
    [
        player(&name("rizhi-a"), &format!("日志员甲{number:02}（演示）"), writes(), signs_in),
        player(&name("rizhi-b"), &format!("日志员乙{number:02}（演示）"), writes(), signs_in),
        player(&name("xiaozhang"), &format!("校长{number:02}（演示）"), heads, signs_in),
    ]
}

fn player(username: &str, display_name: &str, roles: Vec<(Role, Scope)>, signs_in: bool) -> Player {
    Player { username: username.to_owned(), display_name: display_name.to_owned(), roles, signs_in }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::demo::draft::demo_record;

    #[test]
    fn somebody_signs_in_for_every_role() {
        let site = Site {
            school: demo_record("school"),
            project: demo_record("project"),
            township: "350823901".to_owned(),
            zone: Some(demo_record("zone")),
        };
        let mut players = offices("350823", "350400", std::slice::from_ref(&site));
        players.extend(team(0, &site));
        let signed: BTreeSet<_> = players
            .iter()
            .filter(|player| player.signs_in)
            .flat_map(|player| player.roles.iter().map(|(role, _)| *role))
            .collect();
        let missing: Vec<_> = Role::ALL.iter().filter(|role| !signed.contains(role)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(players.iter().all(|player| player.display_name.contains("演示")));
    }
}
