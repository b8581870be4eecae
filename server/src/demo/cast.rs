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
        player("jianli", "监理工程师（演示）", projects(Role::SupervisingEngineer), true),
        player("shigong", "施工单位（演示）", projects(Role::Contractor), true),
    ]
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
