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

export interface Member {
  name: string;
  named?: false;
  role: Role;
  online: boolean;
  estimated: boolean;
  deputy?: boolean;
  standIn?: boolean;
  estimate?: Estimate;
}

export interface Summary {
  votes: number;
  distribution: { value: string; count: number }[];
  mean: number | null;
  median: number | null;
  min: number | null;
  max: number | null;
  consensus: boolean;
  spread: number | null;
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
  agreed?: string;
  revealedBy?: string;
  locked?: true;
  offeredTo?: string;
  revealAt?: string;
  timerEndsAt?: string;
  undo?: 'reveal' | 'clear';
  undoUntil?: string;
  saved?: boolean;
  options: Options;
  deck: Deck;
  topics: string[];
  members: Record<string, Member>;
  summary: Summary | null;
}

export interface FinishedRound {
  round: number;
  topic: string;
  finishedAt: string;
  deck: string;
  agreed: string | null;
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
}
