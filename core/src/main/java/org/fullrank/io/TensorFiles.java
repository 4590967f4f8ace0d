package org.fullrank.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.fullrank.cancel.Cancellation;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The tensors that a manifest lists, and their files. */
final class TensorFiles {
  /** Characters of a tensor's name in the name of its file. */
  private static final int MAX_NAME = 150;

  /** One listed tensor. */
  record Entry(JsonAt at, String name, String file, List<Long> shape) {
    long[] dimensions() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }

    long length() {
      return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }
  }

  private final Path folder;
  private final JsonAt manifest;

  TensorFiles(Path folder, JsonAt manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /** The entries of {@code parameters} or {@code constants}, by name, in order. */
  Map<String, Entry> entries(String list, String prefix) {
    Map<String, Entry> out = new LinkedHashMap<>();
    JsonAt all = manifest.optional(list);
    for (JsonAt at : all == null ? List.<JsonAt>of() : all.items()) {
      String name = at.member("name").text();
      JsonAt file = at.optional("file");
      List<Long> shape = Arrays.stream(at.member("shape").dimensions()).boxed().toList();
      String fileName = file == null ? prefix + name + ".npy" : file.text();
      requirePlain(file == null ? at : file, fileName);
      if (out.put(name, new Entry(at, name, fileName, shape)) != null) {
        throw at.bad("each name once", "'" + Texts.printable(name) + "' twice");
      }
    }
    return out;
  }

  /** A file of the folder itself: no separators, no parent, no drive. */
  private static void requirePlain(JsonAt at, String name) {
    boolean plain = !name.isBlank() && !name.startsWith(".") && !name.endsWith(".");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      plain &= c >= 32 && c != 127 && "/\\:*?\"<>|".indexOf(c) < 0;
    }
    if (!plain) {
      throw at.bad("the plain name of a file in this folder", "'" + Texts.printable(name) + "'");
    }
  }

  /** Compares name, kind, header and length of a file with its entry, and takes no memory. */
  void check(Entry entry) throws IOException {
    Path file = folder.resolve(entry.file());
    InputFiles.requirePlain(file);
    long[] found = Npy.shape(file);
    if (!Arrays.equals(found, entry.dimensions())) {
      throw entry
          .at()
          .bad("shape " + entry.shape() + " in " + entry.file(), Arrays.toString(found));
    }
  }

  INDArray read(Entry entry) throws IOException {
    check(entry);
    Path file = folder.resolve(entry.file());
    verify(file, entry);
    return Npy.read(file);
  }

  private void verify(Path file, Entry entry) throws IOException {
    JsonAt files = manifest.optional("files");
    JsonAt record = files == null ? null : files.optional(entry.file());
    @Nullable JsonAt sum = record == null ? null : record.optional("sha256");
    if (sum == null) {
      return;
    }
    String actual = sha256(file);
    if (!sum.text().toLowerCase(Locale.ROOT).equals(actual)) {
      throw sum.bad("the SHA-256 " + sum.text() + " for " + entry.file(), actual);
    }
  }

  static String sha256(Path file) throws IOException {
    MessageDigest digest = newSha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        Cancellation.check("Reading " + file);
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Beginnings of file names for tensor names: portable characters only, different even when case
   * is ignored.
   */
  static Map<String, String> names(String prefix, Iterable<String> tensors) {
    Map<String, String> out = new LinkedHashMap<>();
    Set<String> used = new HashSet<>();
    for (String t : tensors) {
      String portable = t.replaceAll("[^A-Za-z0-9._-]", "_");
      String base = prefix + portable.substring(0, Math.min(portable.length(), MAX_NAME));
      String name = base;
      for (int i = 2; !used.add(name.toLowerCase(Locale.ROOT)); i++) {
        name = base + "-" + i;
      }
      out.put(t, name);
    }
    return out;
  }
}
