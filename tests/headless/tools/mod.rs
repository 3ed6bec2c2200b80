//! The backup tools that people use: adopted, backed up with, recovered from, and their keys changed while the Agent is killed.

mod adoption;
mod disclosure;
mod kind;
mod life;
mod machine;
mod restoring;
mod rotation;
mod secrecy;
