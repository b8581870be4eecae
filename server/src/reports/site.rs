//! Projects and schools in the order in which a county lists them: by county, township, school, name.

use std::collections::HashMap;

use sync_protocol::id::RecordId;

use super::document::Cell;
use crate::access::policy::Class;
use crate::error::Language;
use crate::programme::facts::Facts;
use crate::programme::seen::Seen;
use crate::programme::view::Works;

/// Where things are, by name.
#[derive(Debug)]
pub(super) struct Map<'f> {
    facts: &'f Facts,
    county: &'f str,
    townships: HashMap<&'f str, &'f str>,
}

impl<'f> Map<'f> {
    pub(super) fn of(seen: &'f Seen<'f>) -> Self {
        let facts = seen.view.facts;
        let townships = facts.divisions.values();
        let townships = townships.map(|its| (its.code.as_str(), its.name.as_str())).collect();
        Self { facts, county: &seen.taken.name, townships }
    }

    /// The county's name.
    pub(super) const fn county(&self) -> &'f str {
        self.county
    }

    /// A school's name; its id where it has none.
    pub(super) fn school(&self, id: RecordId) -> String {
        let school = self.facts.schools.get(&id).filter(|school| !school.name.is_empty());
        school.map_or_else(|| id.to_string(), |school| school.name.clone())
    }

    /// A school's name in a cell.
    pub(super) fn school_cell(&self, id: Option<RecordId>) -> Cell {
        id.map_or(Cell::Empty, |id| Cell::text(self.school(id)))
    }

    /// The code and the name of a school's township.
    pub(super) fn township(&self, school: RecordId) -> (&'f str, &'f str) {
        let code = self.facts.schools.get(&school).and_then(|its| its.township.as_deref()).unwrap_or("");
        (code, self.townships.get(code).copied().unwrap_or(code))
    }

    /// A project's name in a cell.
    pub(super) fn project_cell(&self, id: Option<RecordId>) -> Cell {
        let project = id.and_then(|id| self.facts.projects.get(&id));
        project.map_or(Cell::Empty, |project| Cell::text(&project.name))
    }

    /// What something at a school is grouped by: its township, or among several counties the county.
    pub(super) fn group(&self, school: Option<RecordId>, among_several: bool, language: Language) -> String {
        if among_several {
            return self.county.to_owned();
        }
        let township = school.map_or("", |school| self.township(school).1);
        if township.is_empty() {
            language.pick("未注明乡镇", "no township").to_owned()
        } else {
            township.to_owned()
        }
    }

    /// By what schools are put in order.
    pub(super) fn order(&self, school: RecordId) -> (&'f str, String, RecordId) {
        (self.township(school).0, self.school(school), school)
    }
}

/// Projects in the order in which a county lists them.
pub(super) fn in_order<'w, 'f>(
    map: &Map<'_>,
    works: impl Iterator<Item = &'w Works<'f>>,
) -> Vec<&'w Works<'f>>
where
    'f: 'w,
{
    let mut works: Vec<_> = works.collect();
    works.sort_by_cached_key(|its| {
        let (township, school, id) = map.order(its.project.school);
        (township.to_owned(), school, id, its.project.name.clone(), its.id)
    });
    works
}

/// Whether a project is one of equipment.
pub(super) fn is_equipment(works: &Works<'_>) -> bool {
    works.project.class == Some(Class::Equipment)
}
