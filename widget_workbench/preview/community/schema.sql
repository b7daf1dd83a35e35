CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  joined_at TEXT NOT NULL,
  active_at TEXT NOT NULL,
  searched TEXT NOT NULL
);

CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE topics (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL CHECK (type IN ('article', 'question', 'conversation', 'idea', 'productUpdate')),
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  author_id INTEGER NOT NULL REFERENCES users (id),
  category_id INTEGER NOT NULL REFERENCES categories (id),
  created_at TEXT NOT NULL,
  likes INTEGER NOT NULL,
  votes INTEGER NOT NULL,
  views INTEGER NOT NULL,
  answered INTEGER,
  status TEXT,
  searched_title TEXT NOT NULL,
  searched TEXT NOT NULL
);

CREATE TABLE replies (
  id INTEGER PRIMARY KEY,
  topic_id INTEGER NOT NULL REFERENCES topics (id),
  author_id INTEGER NOT NULL REFERENCES users (id),
  text TEXT NOT NULL,
  created_at TEXT NOT NULL,
  likes INTEGER NOT NULL
);

-- What visitors have done since the start: each once.
CREATE TABLE marks (
  kind TEXT NOT NULL CHECK (kind IN ('like', 'vote', 'replyLike', 'topicSubscription', 'categorySubscription')),
  target_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id),
  PRIMARY KEY (kind, target_id, user_id)
);

CREATE VIEW shown_topics AS
SELECT
  topics.*,
  categories.name AS category,
  users.username AS username,
  users.name AS author,
  coalesce((SELECT max(created_at) FROM replies WHERE topic_id = topics.id), topics.created_at) AS active_at,
  topics.likes + (SELECT count(*) FROM marks WHERE kind = 'like' AND target_id = topics.id) AS all_likes,
  topics.votes + (SELECT count(*) FROM marks WHERE kind = 'vote' AND target_id = topics.id) AS all_votes,
  (SELECT count(*) FROM replies WHERE topic_id = topics.id) AS all_replies
FROM topics
JOIN categories ON categories.id = topics.category_id
JOIN users ON users.id = topics.author_id;

CREATE VIEW shown_users AS
SELECT
  users.*,
  (SELECT count(*) FROM topics WHERE author_id = users.id) AS all_topics,
  (SELECT count(*) FROM replies WHERE author_id = users.id) AS all_replies
FROM users;

CREATE VIEW shown_replies AS
SELECT
  replies.*,
  users.username AS username,
  users.name AS author,
  replies.likes + (SELECT count(*) FROM marks WHERE kind = 'replyLike' AND target_id = replies.id) AS all_likes
FROM replies
JOIN users ON users.id = replies.author_id;
