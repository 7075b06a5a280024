package io.leukocyte.collector;

/** The kernel sensor keeps the contract of sensors. */
class KernelSensorContractIT extends SensorContract {
  @Override
  EventSource make(CollectorSettings.Sensor settings) {
    SensorProbe.open(settings.options()).close(); // else the reason is told
    return new KernelSource(settings);
  }
}
