import static io.trino.testing.TestingSession.testSessionBuilder;

import io.trino.plugin.memory.MemoryPlugin;
import io.trino.testing.DistributedQueryRunner;
import java.util.Map;

/** A Trino of one node with tables in memory. It says where it listens, and ends with its standard input. */
public class TrinoServer {
  public static void main(String[] args) throws Exception {
    var session = testSessionBuilder().setCatalog("memory").build();
    var trino = DistributedQueryRunner.builder(session)
        .setNodeCount(1)
        .setExtraProperties(Map.of("query.max-length", "100000000"))
        .build();
    trino.installPlugin(new MemoryPlugin());
    trino.createCatalog("memory", "memory", Map.of("memory.max-data-per-node", "2GB"));
    System.out.println("listening on " + trino.getCoordinator().getBaseUrl());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
