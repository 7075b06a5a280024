package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/** An engine of which one call does something else first, such as failing. */
final class FailingEngine {
  private FailingEngine() {}

  static Engine wrap(Engine engine, String call, Runnable before) {
    return wrap(
        engine,
        name -> {
          if (name.equals(call)) {
            before.run();
          }
        });
  }

  static Engine wrap(Engine engine, Consumer<String> beforeEach) {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (proxy, method, arguments) -> {
              beforeEach.accept(method.getName());
              try {
                return method.invoke(engine, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** An engine of which each call does something else before and after it. */
  static Engine wrapBoth(Engine engine, Consumer<String> each) {
    Engine before = wrap(engine, each);
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(before, arguments);
                each.accept(method.getName());
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
