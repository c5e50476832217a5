// The wire types the page uses, for the type checker alone; not embedded.

export type Role = 'estimator' | 'observer';

export interface Deck {
  name: string;
  cards: string[];
}

export interface Estimate {
  value: string;
  comment: string;
}

/** What a user has chosen to be recognised by. */
export interface Mark {
  colour?: string;
  emoji?: string;
}

/** Somebody who waits to be let in. */
export interface Waiter extends Mark {
  userId: string;
  name: string;
  named?: false;
}

export interface Member extends Mark {
  name: string;
  named?: false;
  role: Role;
  online: boolean;
  estimated: boolean;
  ahead?: number;
  deputy?: boolean;
  standIn?: boolean;
  estimate?: Estimate;
}

export interface Summary {
  votes: number;
  distribution: { value: string; count: number; step?: number }[];
  mean: number | null;
  median: number | null;
  min: number | null;
  max: number | null;
  consensus: boolean;
  spread: number | null;
  lowest?: string;
  highest?: string;
  recommended?: string;
}

/** What is or was estimated. Without more than a title it may be written as a string. */
export interface Story {
  title: string;
  /** On the list of topics to come; keep it when the list is sent back. */
  topicId?: number;
  key?: string;
  url?: string;
  estimate?: string;
}

export interface Options {
  autoReveal: boolean;
  lateEstimates: 'allowed' | 'locked';
  standIn: boolean;
}

export interface Room {
  id: string;
  epoch: string;
  ownerId: string;
  revealed: boolean;
  round: number;
  estimates: number;
  topic: string;
  createdAt: string;
  finished: number;
  amended?: number;
  agreed?: string;
  agreedNumber?: number;
  revealedBy?: string;
  code?: string;
  locked?: true;
  offeredTo?: string;
  ownerAwaySince?: string;
  succeedAt?: string;
  revealAt?: string;
  timerEndsAt?: string;
  undo?: 'reveal' | 'clear';
  undoUntil?: string;
  saved?: boolean;
  options: Options;
  deck: Deck;
  story?: { key?: string; url?: string; estimate?: string };
  successor?: { roomId: string; by: string };
  topics: Story[];
  /** How many have estimated each of the topics, by its topicId. */
  ahead?: Record<string, number>;
  waiting?: Waiter[];
  members: Record<string, Member>;
  summary: Summary | null;
}

export interface FinishedRound {
  round: number;
  topic: string;
  key?: string;
  url?: string;
  finishedAt: string;
  deck: string;
  agreed: string | null;
  agreedNumber?: number;
  estimates: { userId: string; name: string; value: string; comment: string }[];
  hidden: number;
  revealedBy?: string;
  summary: Summary | null;
}

export interface Limits {
  nameLength: number;
  topicLength: number;
  commentLength: number;
  nameBytes?: number;
  topicBytes?: number;
  commentBytes?: number;
  messageBytes?: number;
  keyLength?: number;
  urlBytes?: number;
  topics?: number;
  topicsBytes?: number;
  history?: number;
  userExpiry?: number;
}
