//! (placeholder: replaced by the real laws)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Trial,
    Actor,
    Session,
    Prompt,
    #[default]
    Request,
}
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    Constant(f64),
    LogNormal { mu: f64, sigma: f64 },
    Normal { mean: f64, sd: f64 },
    Gamma { shape: f64, scale: f64 },
    Weibull { shape: f64, scale: f64 },
    Lomax { shape: f64, scale: f64 },
    Exponential { mean: f64 },
    Uniform { low: f64, high: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
    Pert { low: f64, mode: f64, high: f64 },
    Beta { alpha: f64, beta: f64 },
    Poisson { mean: f64 },
    NegativeBinomial { mean: f64, size: f64 },
    Geometric { mean: f64 },
    Empirical(Vec<f64>),
    Mixture(Vec<(f64, Law)>),
}
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    pub law: Law,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub per: Level,
}
impl Draw {
    pub fn constant(x: f64) -> Draw {
        Draw {
            law: Law::Constant(x),
            min: None,
            max: None,
            per: Level::Request,
        }
    }
    pub fn of(law: Law) -> Draw {
        Draw {
            law,
            min: None,
            max: None,
            per: Level::Request,
        }
    }
}
