import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import java.util.List;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.MockNode;
import org.elasticsearch.transport.netty4.Netty4Plugin;
import org.junit.Test;
import org.junit.runner.JUnitCore;
import org.junit.runner.RunWith;

/**
 * An Elasticsearch 9 without modules, which Elastic's own test framework starts: {@code java -cp
 * 'target/lib/*' Node9.java} with the properties {@code node9.home} and {@code node9.port}. It says
 * {@code started} and runs until its standard input ends. The framework wants to be run by its
 * runner, hence the form of a test.
 */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE)
@TimeoutSuite(millis = 600_000)
public final class Node9 {
  /** Starts the node and waits. */
  @Test
  public void serve() throws Exception {
    String home = System.getProperty("node9.home");
    Settings settings =
        Settings.builder()
            .put("cluster.name", "leukocyte")
            .put("node.name", "node9")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", System.getProperty("node9.port"))
            .put("http.type", "netty4")
            .put("transport.port", "9400-9499")
            .put("transport.type", "netty4")
            .put("path.home", home)
            .put("path.data", home + "/data")
            .build();
    try (MockNode node = new MockNode(settings, List.of(Netty4Plugin.class))) {
      node.start();
      System.out.println("started");
      System.in.readAllBytes();
    }
  }

  public static void main(String[] arguments) {
    JUnitCore.main(Node9.class.getName());
  }
}
