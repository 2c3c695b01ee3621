package dev.sluice.definition;

import dev.sluice.migration.RowTransformer;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;

/**
 * A class that should be a transform, and what can be wrong with it.
 *
 * @param file where to point when it is wrong
 * @param whereSearched ends the message that there is no such class
 */
record TransformClass(Path file, String name, String whereSearched) {

  /**
   * @throws DefinitionException if it is no usable transform
   */
  RowTransformer newInstance(ClassLoader loader) {
    Class<? extends RowTransformer> type = load(loader);
    try {
      return type.getConstructor().newInstance();
    } catch (NoSuchMethodException e) {
      throw problem("has no public constructor without parameters. The class must be public too.");
    } catch (InstantiationException e) {
      throw problem("is abstract; a class that can be created is wanted.");
    } catch (IllegalAccessException e) {
      throw problem("is not public.");
    } catch (InvocationTargetException e) {
      throw problem("throws in its constructor: %s.".formatted(e.getCause()));
    } catch (ExceptionInInitializerError e) {
      throw problem("throws while it is initialised: %s.".formatted(e.getCause()));
    } catch (LinkageError e) {
      throw problem("cannot start: %s.".formatted(e));
    }
  }

  private Class<? extends RowTransformer> load(ClassLoader loader) {
    Class<?> type;
    try {
      type = Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw problem("is not found; %s.".formatted(whereSearched));
    } catch (UnsupportedClassVersionError e) {
      throw problem(
          "is compiled for a newer Java than this one, %s. Compile it with --release %s."
              .formatted(Runtime.version().feature(), Runtime.version().feature()));
    } catch (LinkageError e) {
      throw problem("cannot be loaded: %s.".formatted(e));
    }
    if (!RowTransformer.class.isAssignableFrom(type)) {
      throw problem("does not implement %s.".formatted(RowTransformer.class.getName()));
    }
    return type.asSubclass(RowTransformer.class);
  }

  private DefinitionException problem(String message) {
    return new DefinitionException(
        List.of(Problem.ofFile(file, "transform class %s %s".formatted(name, message))));
  }
}
