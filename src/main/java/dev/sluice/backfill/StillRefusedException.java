package dev.sluice.backfill;

/** Chunks are refused again and again, though their rows were tried one by one in between. */
final class StillRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int KEYS_SHOWN = 10;

  StillRefusedException(String step, ChunkRefusedException refused) {
    super(
        ("step %s: rows with keys like %s are refused again and again, though each was tried alone: %s."
                + " The application writes them all the while; run again when it writes less.")
            .formatted(step, refused.keys().stream().limit(KEYS_SHOWN).toList(), refused.fault()));
  }
}
