/** How a request says who asks: a phone by its token; a browser at the office, whose token is empty, by its session's cookie. */

/** The paper by which a browser, which has no token, seals what somebody carries for it. */
export const SEAL = "seal";

/** What stands in a request for it. No other page's cookie ever goes along. */
export interface Pass {
  headers: Record<string, string>;
  credentials: RequestCredentials;
}

export function passOf(token: string | undefined): Pass {
  if (token === "") {
    return { headers: {}, credentials: "same-origin" };
  }
  return { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` }, credentials: "omit" };
}
