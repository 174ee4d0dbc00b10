/**
 * The numbered schema steps. A step that was released is never edited; a change is a new step at the end.
 * Tables marked "cache" can be rebuilt from the engine or AWS; the others hold what only this computer knows.
 */
export const migrations: readonly string[] = [
  `
  -- User's own: what was imported, and what was done to it.
  CREATE TABLE datasets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    source_name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_sha256 TEXT NOT NULL,
    original_sha256 TEXT NOT NULL,
    scan TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
  ) STRICT;

  -- One row per finding that a click repaired; the rows of one click share content_before and content_after.
  CREATE TABLE dataset_fixes (
    dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    content_before TEXT NOT NULL,
    content_after TEXT NOT NULL,
    applied_at_ms INTEGER NOT NULL,
    PRIMARY KEY (dataset_id, position)
  ) STRICT, WITHOUT ROWID;

  -- User's own.
  CREATE TABLE models (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    problem_type TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT;

  -- The dataset is named by value, without a reference: a version stays readable after its dataset was deleted.
  CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    workspace_id TEXT NOT NULL,
    dataset_id TEXT NOT NULL,
    dataset_name TEXT NOT NULL,
    dataset_sha256 TEXT NOT NULL,
    question_column TEXT NOT NULL,
    answer_column TEXT NOT NULL,
    validation_fraction REAL NOT NULL,
    split_seed INTEGER NOT NULL,
    training_row_count INTEGER NOT NULL,
    validation_row_count INTEGER NOT NULL,
    prompt_template TEXT NOT NULL,
    chosen_candidate_id TEXT REFERENCES candidates (id) ON DELETE SET NULL,
    created_at_ms INTEGER NOT NULL,
    UNIQUE (model_id, number)
  ) STRICT;
  CREATE INDEX versions_by_dataset ON versions (dataset_id);

  -- Request and choice are the user's own; status, progress and times are a cache of the job.
  CREATE TABLE candidates (
    id TEXT PRIMARY KEY,
    version_id TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    base_model_id TEXT NOT NULL,
    base_model_name TEXT NOT NULL,
    hyperparameters TEXT NOT NULL,
    training_job_name TEXT NOT NULL UNIQUE,
    training_job_arn TEXT,
    status TEXT NOT NULL,
    secondary_status TEXT,
    progress TEXT,
    failure TEXT,
    model_artifact_uri TEXT,
    created_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    ended_at_ms INTEGER,
    training_seconds REAL,
    log_forward_token TEXT,
    UNIQUE (version_id, position)
  ) STRICT;
  CREATE INDEX open_candidates ON candidates (created_at_ms)
    WHERE status NOT IN ('Completed', 'Failed', 'Stopped');

  -- Cache of the job's log, kept so that curves are there with the engine off. The key stores a point once.
  CREATE TABLE metric_points (
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    metric TEXT NOT NULL,
    step INTEGER NOT NULL,
    value REAL NOT NULL,
    logged_at_ms INTEGER NOT NULL,
    PRIMARY KEY (candidate_id, metric, step)
  ) STRICT, WITHOUT ROWID;

  -- A job's history: what happened when.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    details TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_by_candidate ON events (candidate_id, id);

  -- Cache of the training log, for reading offline.
  CREATE TABLE log_lines (
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (candidate_id, position)
  ) STRICT, WITHOUT ROWID;

  -- Cache of the hub.
  CREATE TABLE base_models (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    description TEXT NOT NULL
  ) STRICT;

  -- User's own: what was asked in the playground.
  CREATE TABLE exchanges (
    id TEXT PRIMARY KEY,
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    tuned_answer TEXT NOT NULL,
    base_answer TEXT NOT NULL,
    settings TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX exchanges_by_candidate ON exchanges (candidate_id, asked_at_ms);

  -- User's own: one row per setting that differs from its default; values are JSON.
  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Each base model has a template of its own; the prompts are the version's.
  ALTER TABLE candidates ADD COLUMN prompt_template TEXT NOT NULL DEFAULT '{}';
  UPDATE candidates SET prompt_template =
    (SELECT prompt_template FROM versions WHERE versions.id = candidates.version_id);
  ALTER TABLE versions DROP COLUMN prompt_template;
  ALTER TABLE versions ADD COLUMN sample_prompts TEXT NOT NULL DEFAULT '[]';
  `,
  `
  -- What was reckoned before the start, as JSON; and the place in the queue: smaller comes first.
  ALTER TABLE candidates ADD COLUMN estimated_seconds TEXT;
  ALTER TABLE candidates ADD COLUMN queue_rank INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- User's own: what a candidate and its base model answered to unseen rows, and how it was scored.
  CREATE TABLE evaluations (
    id TEXT PRIMARY KEY,
    candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    planned_rows INTEGER NOT NULL,
    available_rows INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    failure TEXT,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER
  ) STRICT;
  CREATE INDEX evaluations_by_candidate ON evaluations (candidate_id, started_at_ms);

  -- position: in the order in which they were asked; row_position: among the unseen rows. Answers are JSON.
  CREATE TABLE evaluation_rows (
    evaluation_id TEXT NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    row_position INTEGER NOT NULL,
    question TEXT NOT NULL,
    reference TEXT NOT NULL,
    tuned TEXT NOT NULL,
    base TEXT NOT NULL,
    PRIMARY KEY (evaluation_id, row_position)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- User's own: accounts at AWS and how they are reached, as JSON. Never a secret: keys are with the system's key store.
  CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    definition TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- User's own: what was deleted and can be brought back. The thing itself stays until it is erased.
  CREATE TABLE bin (
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT,
    frees_bytes INTEGER NOT NULL,
    deleted_at_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, item_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- User's own: what is sent to S3. begun: how S3 knows an upload in parts, as JSON.
  CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    content_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sent_bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    was_there INTEGER NOT NULL,
    failure TEXT,
    begun TEXT,
    created_at_ms INTEGER NOT NULL,
    UNIQUE (workspace_id, bucket, key)
  ) STRICT;
  `,
  `
  -- What an evaluation does besides its rows, as JSON; and what that came to, an item each: by part 'robustness',
  -- 'stereotyping', 'voice'. User's own: part 'rating', what a human preferred.
  -- Evaluations from before lack some scores; asking again gives the same answers.
  DELETE FROM evaluations;
  ALTER TABLE evaluations ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE evaluations ADD COLUMN source_name TEXT;
  ALTER TABLE evaluations ADD COLUMN detector TEXT NOT NULL DEFAULT 'wordList';
  CREATE TABLE evaluation_items (
    evaluation_id TEXT NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    position INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (evaluation_id, part, position)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What was chosen for an account at AWS, as JSON.
  ALTER TABLE candidates ADD COLUMN cloud TEXT;

  -- User's own: licences that were accepted, with the very text that was shown. Its hash tells when the text has changed.
  CREATE TABLE licence_acceptances (
    uri TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    accepted_at_ms INTEGER NOT NULL,
    PRIMARY KEY (uri, text_sha256)
  ) STRICT, WITHOUT ROWID;

  -- Cache of AWS's hub: a version's document never changes. Null: not a model that can be fine-tuned here.
  CREATE TABLE hub_documents (
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    content TEXT,
    PRIMARY KEY (region, name, version)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- User's own: what candidates cost at AWS. It stays when its candidate is deleted.
  CREATE TABLE run_costs (
    candidate_id TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    price_per_hour REAL NOT NULL,
    currency TEXT NOT NULL,
    billable_seconds REAL NOT NULL,
    is_ended INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX run_costs_by_workspace ON run_costs (workspace_id, started_at_ms);
  `,
  `
  -- How a version's rows were asked and divided: a template over columns, the plan as JSON, a trial's number of rows.
  ALTER TABLE versions ADD COLUMN input_template TEXT;
  ALTER TABLE versions ADD COLUMN split TEXT;
  ALTER TABLE versions ADD COLUMN sample_rows INTEGER;

  -- User's own: the log of edits over a content, only ever added to; undo and redo are entries. Entries are JSON.
  CREATE TABLE dataset_edits (
    dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    content_sha256 TEXT NOT NULL,
    position INTEGER NOT NULL,
    entry TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (dataset_id, content_sha256, position)
  ) STRICT, WITHOUT ROWID;

  -- User's own: which columns ask and answer, where it is not what was guessed. JSON.
  CREATE TABLE dataset_roles (
    dataset_id TEXT PRIMARY KEY REFERENCES datasets (id) ON DELETE CASCADE,
    roles TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- User's own: what was asked for, written down before it is; AWS doesn't tell it. endpoint and life are JSON.
  CREATE TABLE endpoints (
    name TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    model_key TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    life TEXT NOT NULL,
    is_clean INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX unclean_endpoints ON endpoints (created_at_ms) WHERE is_clean = 0;

  -- User's own: conversations branch, so a turn names the one before it. Models are named by value: what was said stays
  -- readable after its model was deleted.
  CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    parent_id TEXT REFERENCES turns (id) ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    settings TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX turns_by_conversation ON turns (conversation_id, asked_at_ms);
  CREATE INDEX turns_by_parent ON turns (parent_id);

  CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    turn_id TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    token_count INTEGER NOT NULL,
    first_token_ms REAL,
    tokens_per_second REAL,
    finish_reason TEXT,
    rating TEXT,
    answered_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX answers_by_turn ON answers (turn_id, position);

  INSERT INTO turns (id, conversation_id, parent_id, prompt, settings, asked_at_ms)
    SELECT id, id, NULL, prompt, settings, asked_at_ms FROM exchanges;
  INSERT INTO answers (id, turn_id, position, speaker, title, text, token_count, answered_at_ms)
    SELECT exchanges.id || '-tuned', exchanges.id, 0,
      json_object('kind', 'candidate', 'candidateId', candidate_id),
      models.name || ' V' || versions.number || ' · ' || candidates.base_model_name,
      tuned_answer, 0, asked_at_ms
    FROM exchanges
      JOIN candidates ON candidates.id = exchanges.candidate_id
      JOIN versions ON versions.id = candidates.version_id
      JOIN models ON models.id = versions.model_id
    WHERE tuned_answer <> '';
  INSERT INTO answers (id, turn_id, position, speaker, title, text, token_count, answered_at_ms)
    SELECT exchanges.id || '-base', exchanges.id, 1,
      json_object('kind', 'base', 'baseModelId', candidates.base_model_id),
      candidates.base_model_name, base_answer, 0, asked_at_ms
    FROM exchanges JOIN candidates ON candidates.id = exchanges.candidate_id
    WHERE base_answer <> '';
  DROP TABLE exchanges;

  -- User's own: prompts of a file that a model answers one by one, so that it goes on where it was interrupted.
  CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    batch TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE batch_answers (
    batch_id TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    answer TEXT NOT NULL,
    failure TEXT,
    PRIMARY KEY (batch_id, row)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- How the file became the first content, as JSON; null for what was imported before.
  ALTER TABLE datasets ADD COLUMN lineage TEXT NOT NULL DEFAULT 'null';
  `,
  `
  -- Of the base model, for the ranking: where two are as good, the smaller is suggested.
  ALTER TABLE candidates ADD COLUMN parameter_count INTEGER;
  UPDATE candidates SET parameter_count =
    (SELECT json_extract(description, '$.parameterCount') FROM base_models WHERE base_models.id = base_model_id);
  `,
  `
  -- Cache of the job's log: how well the kept weights predict each validation row, as its line says it.
  CREATE TABLE validation_rows (
    candidate_id TEXT PRIMARY KEY REFERENCES candidates (id) ON DELETE CASCADE,
    line TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- What AWS says that it bills for the job, as JSON; null while it says nothing, and on this computer.
  ALTER TABLE candidates ADD COLUMN billed TEXT;
  `,
  `
  -- What is billed by the token has no hours.
  ALTER TABLE run_costs ADD COLUMN tokens INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE run_costs ADD COLUMN price_per_thousand_tokens REAL NOT NULL DEFAULT 0;
  `,
  `
  -- User's own: how the dataset is to be divided, as JSON.
  CREATE TABLE dataset_splits (
    dataset_id TEXT PRIMARY KEY REFERENCES datasets (id) ON DELETE CASCADE,
    choice TEXT NOT NULL
  ) STRICT;
  -- How it was to be divided before a step that changed that, as JSON.
  ALTER TABLE dataset_fixes ADD COLUMN split_before TEXT;
  `,
  `
  -- The region for which its price was reckoned without AWS's list; null: the list told it, or it is of an earlier version.
  ALTER TABLE run_costs ADD COLUMN reckoned_in TEXT;
  `,
  `
  -- What groups and experiments at AWS are called after: the model's first name, which a rename leaves.
  ALTER TABLE models ADD COLUMN resource_name TEXT NOT NULL DEFAULT '';
  UPDATE models SET resource_name = name;
  `,
  `
  -- Which face of the app creates a candidate's job just now; one that ended without saying so lets it lapse.
  CREATE TABLE job_claims (
    candidate_id TEXT PRIMARY KEY REFERENCES candidates (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    until_ms INTEGER NOT NULL
  ) STRICT;
  `,
]
