/** The name of the database under DATA_DIR. */
export const DATABASE_FILE = 'rollcall.sqlite';
