package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {

  private static final long MIB = 1 << 20;

  @TempDir private Path directory;

  private Memory of(String log) throws Exception {
    return Memory.of(Files.writeString(directory.resolve("gc.log"), log), 200 * MIB);
  }

  @Test
  void thePeakIsBeforeACollectionAndTheLiveHeapAfterIt() throws Exception {
    Memory memory =
        of(
            """
            [0.011s][info][gc] Using Serial
            [0.400s][info][gc] GC(0) Pause Young (Allocation Failure) 34M->5M(123M) 5.123ms
            [0.900s][info][gc] GC(1) Pause Full (Metadata GC Threshold) 21M->9M(123M) 21.001ms
            [1.800s][info][gc] GC(2) Pause Young (Allocation Failure) 43M->8M(123M) 4.001ms
            [2.000s][info][gc,heap,exit] Heap
            [2.000s][info][gc,heap,exit]  def new generation   total 39296K, used 3072K [0x0, 0x1, 0x2)
            [2.000s][info][gc,heap,exit]   eden space 34944K,   8% used [0x0, 0x1, 0x2)
            [2.000s][info][gc,heap,exit]  tenured generation   total 87424K, used 9216K [0x0, 0x1, 0x2)
            [2.000s][info][gc,heap,exit]  Metaspace       used 60000K, committed 61000K, reserved 1114112K
            """);

    assertThat(memory).isEqualTo(new Memory(43 * MIB, 9 * MIB, 200 * MIB));
  }

  @Test
  void withoutACollectionThePeakIsWhatWasUsedAtTheEnd() throws Exception {
    Memory memory =
        of(
            """
            [0.011s][info][gc] Using G1
            [2.000s][info][gc,heap,exit]  garbage-first heap   total 393216K, used 20480K [0x0, 0x1)
            """);

    assertThat(memory).isEqualTo(new Memory(20 * MIB, 0, 200 * MIB));
  }

  @Test
  void thePartsOfTheHeapHaveOtherNamesInJava25() throws Exception {
    Memory serial =
        of(
            """
            [0.047s][info][gc,exit] Heap
            [0.047s][info][gc,exit]  DefNew     total 19648K, used 6144K [0x0, 0x1, 0x2)
            [0.047s][info][gc,exit]   eden space 17472K,  82% used [0x0, 0x1, 0x2)
            [0.047s][info][gc,exit]  Tenured    total 43712K, used 14336K [0x0, 0x1, 0x2)
            [0.047s][info][gc,exit]   the  space 43712K,  94% used [0x0, 0x1, 0x2)
            [0.047s][info][gc,exit]  Metaspace       used 78K, committed 320K, reserved 1114112K
            """);
    Memory g1 =
        of(
            """
            [0.045s][info][gc,exit]  garbage-first heap   total reserved 65536K, committed 65536K, used 20480K [0x0, 0x1)
            [0.045s][info][gc,exit]   region size 1024K, 19 young (19456K), 3 survivors (3072K)
            """);

    assertThat(serial).isEqualTo(new Memory(20 * MIB, 0, 200 * MIB));
    assertThat(g1).isEqualTo(serial);
  }

  @Test
  void whatTheLogDoesNotTellIsNotShownAsZero() {
    assertThatThrownBy(() -> of("[0.011s][info][gc] Using Epsilon\n"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            directory.resolve("gc.log")
                + ": the log of the virtual machine's heap, got 1 lines without a figure, wanted one"
                + " of a collection or of the end. Measure with Java 17 or 25 and its default"
                + " collector.");
  }

  /** The names are the virtual machine's own affair: each that the benchmark may run on. */
  @Test
  void thisVirtualMachineTellsWhatItNeeded() throws Exception {
    Path log = directory.resolve("gc.log");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    for (String collector : List.of("Serial", "Parallel", "G1")) {
      Process process =
          new ProcessBuilder(
                  java.toString(),
                  "-XX:+Use%sGC".formatted(collector),
                  Memory.logging(log),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Ends.class.getName())
              .inheritIO()
              .start();
      assertThat(process.waitFor()).isZero();
      assertThat(Memory.of(log, null).heapPeakBytes()).as(collector).isPositive();
      assertThat(Files.readString(log)).as("no collection, but the end").doesNotContain("Pause");
      Files.delete(log);
    }
  }

  /** A program that needs next to nothing. */
  static final class Ends {
    private Ends() {}

    /** Ends at once. */
    public static void main(String[] args) {}
  }

  @Test
  void roundsGiveTheMost() {
    Memory one = new Memory(40 * MIB, 9 * MIB, 150 * MIB);
    Memory other = new Memory(30 * MIB, 10 * MIB, 160 * MIB);

    assertThat(Memory.max(one, other)).isEqualTo(new Memory(40 * MIB, 10 * MIB, 160 * MIB));
    assertThat(Memory.max(null, one)).isEqualTo(one);
    assertThat(Memory.max(null, null)).isNull();
  }
}
