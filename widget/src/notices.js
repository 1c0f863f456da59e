const HOUR = 3_600_000

/** A reminder comes this often in a running conversation, in milliseconds. */
export const REMIND_AFTER = 3 * HOUR

/** Who was away this long is told again, in milliseconds. */
export const AWAY_AFTER = 7 * 24 * HOUR

/**
 * Which notice that this is no person is due. New York asks for one at the start and every 3 hours, Utah for one after
 * 7 days away.
 *
 * @param {number} now milliseconds since 1970, as the two others
 * @param {number} noticeAt when the last notice was shown; 0 for never
 * @param {number} activeAt when the conversation was last used
 * @returns {'start' | 'return' | 'reminder' | null}
 */
export function noticeDue(now, noticeAt, activeAt) {
  if (!noticeAt) return 'start'
  if (now - activeAt >= AWAY_AFTER) return 'return'
  return now - noticeAt >= REMIND_AFTER ? 'reminder' : null
}
