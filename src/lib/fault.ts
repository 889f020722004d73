/** What is wrong with something that was typed: a name, by which a page finds words of its own, and words for a program's user. */
export interface Fault<Reason extends string = string> {
  reason: Reason;
  message: string;
}

export const fault = <Reason extends string>(reason: Reason, message: string): Fault<Reason> => ({ reason, message });
