/** Who was declined asks again no sooner; for so long a decided request is kept. Milliseconds. */
export const ASK_AGAIN_MS = 7 * 24 * 60 * 60 * 1000;
/** What nobody answers goes by itself. Milliseconds. */
export const UNANSWERED_MS = 90 * 24 * 60 * 60 * 1000;
