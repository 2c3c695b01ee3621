package dev.sluice.postgres;

/**
 * A pooler in between gives each transaction, or each statement, another session of the server.
 * Never passes by itself.
 *
 * <p>Locks of a session and its settings would stay behind on sessions that an application is given
 * next; nothing of ours was set when this is thrown.
 */
public final class TransactionPoolingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TransactionPoolingException(String seen) {
    super(
        "database: the connection leads through a pooler that lends it a session of the server for"
            + " one transaction at a time ("
            + seen
            + "), like PgBouncer with pool_mode = transaction. Locks and settings need a session of"
            + " their own. Connect to the server itself, or to a pool with pool_mode = session.");
  }
}
