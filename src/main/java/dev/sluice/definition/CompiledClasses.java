package dev.sluice.definition;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Loads the classes of one folder. Its own come first: a class of the same name elsewhere must not
 * take the place of the file beside the definition.
 */
final class CompiledClasses extends ClassLoader {

  private final Map<String, byte[]> classes;

  CompiledClasses(ClassLoader parent, Map<String, byte[]> classes) {
    super("transform", parent);
    this.classes = Map.copyOf(classes);
  }

  /** In alphabetical order. */
  Collection<String> names() {
    return classes.keySet().stream().sorted().toList();
  }

  /** The class of this name in whatever package its file declares, if there is only one. */
  String nameOf(String wanted) {
    if (classes.containsKey(wanted)) {
      return wanted;
    }
    List<String> sameName =
        classes.keySet().stream().filter(name -> name.endsWith("." + wanted)).toList();
    return sameName.size() == 1 ? sameName.get(0) : wanted;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    byte[] bytes = classes.get(name);
    if (bytes == null) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : defineClass(name, bytes, 0, bytes.length);
    }
  }
}
