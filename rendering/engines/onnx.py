"""How every ONNX network of this project is opened."""

from pathlib import Path

import onnxruntime


def cpu_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    """A warm session on `threads` cores, which lets go of them between runs."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Idle threads would spin on cores that the encoder needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
