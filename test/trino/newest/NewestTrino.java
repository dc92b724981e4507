import static io.trino.testing.TestingSession.testSessionBuilder;

import io.trino.plugin.hive.HivePlugin;
import io.trino.testing.DistributedQueryRunner;
import java.nio.file.Files;
import java.util.Map;

/**
 * A Trino of one node with tables over files of this machine, whose partitions may be projected as Athena does it. It
 * says where it listens, and ends with its standard input.
 */
public class NewestTrino {
  public static void main(String[] args) throws Exception {
    var trino = DistributedQueryRunner.builder(testSessionBuilder().build()).setWorkerCount(0).build();
    trino.installPlugin(new HivePlugin());
    var metastore = Files.createTempDirectory("metastore");
    trino.createCatalog("hive", "hive", Map.of(
        "hive.metastore", "file",
        "hive.metastore.catalog.dir", "local://" + metastore,
        "fs.local.enabled", "true",
        "local.location", "/",
        "hive.partition-projection-enabled", "true",
        "hive.ignore-absent-partitions", "true",
        "hive.allow-register-partition-procedure", "true"));
    System.out.println("listening on " + trino.getCoordinator().getBaseUrl());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
