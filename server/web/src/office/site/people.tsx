/** Who is in charge, as the accounts say. */

import { labelOf } from "../../field/record/show.ts";
import { language, useWords } from "../../ui/words/language.ts";
import { site as words } from "../../ui/words/site.ts";
import type { PersonInCharge } from "./answers.ts";
import { Facts, Section } from "./parts.tsx";

/** `nameOf`: what a project is called, for those who are in charge of one alone. */
export function PeopleInCharge({ people, nameOf }: { people: readonly PersonInCharge[]; nameOf: (project: string) => string | undefined }) {
  const say = useWords();
  const roles = [...new Map(people.map((person) => [person.role, person])).values()];
  const between = language() === "zh" ? "、" : ", ";
  /** Each once, with the projects that somebody is in charge of alone. */
  const named = (role: string) => {
    const its = people.filter((person) => person.role === role);
    return [...new Set(its.map(({ name }) => name))].map((name) => {
      const projects = its.flatMap((person) => (person.name === name && person.project !== undefined ? [nameOf(person.project)] : [])).filter((project) => project !== undefined);
      return projects.length === 0 ? name : say(words.personOf, { name, projects: projects.join(between) });
    });
  };
  return (
    <Section id="people" title={say(words.people)}>
      {roles.length === 0 ? (
        <p class="soft">{say(words.noPeople)}</p>
      ) : (
        <Facts facts={roles.map((role) => [labelOf(role, language()), named(role.role).join(between)])} />
      )}
    </Section>
  );
}
